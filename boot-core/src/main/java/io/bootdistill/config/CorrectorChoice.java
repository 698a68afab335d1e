package io.bootdistill.config;

import io.bootdistill.internal.work.Checks;
import io.bootdistill.matching.Corrector;
import org.jspecify.annotations.Nullable;

/** Whether a run has a corrector. */
public sealed interface CorrectorChoice {

    /**
     * That of {@link Corrector#defaults()} for teachers that are networks, from whose weights the online network can start; none
     * for others, and for students that denoise.
     */
    record Automatic() implements CorrectorChoice {}

    /** Never. */
    record None() implements CorrectorChoice {}

    /** This one, for all teachers. */
    record Given(Corrector corrector) implements CorrectorChoice {

        /** Checks that there is one. */
        public Given {
            Checks.notNull("corrector", corrector);
        }
    }

    /**
     * The corrector of a run.
     *
     * @param isNetwork whether the teacher is a network
     * @return null for none
     */
    default @Nullable Corrector of(boolean isNetwork) {
        if (this instanceof Given given) {
            return given.corrector;
        }
        return this instanceof Automatic && isNetwork ? Corrector.defaults() : null;
    }
}
