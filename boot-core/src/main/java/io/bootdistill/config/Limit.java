package io.bootdistill.config;

import io.bootdistill.internal.work.Checks;

/** How large the teacher's prediction of an image may be: values beyond are cut off. */
public sealed interface Limit {

    /** As the teacher's scheduler says, which applies to teachers that predict ε alone. */
    record OfScheduler() implements Limit {}

    /** Whatever it predicts. */
    record None() implements Limit {}

    /**
     * Within [−value, value].
     *
     * @param value finite and above 0
     */
    record To(double value) implements Limit {

        /** Checks the range. */
        public To {
            Checks.that(value > 0 && Double.isFinite(value), "clip", value, "finite and above 0");
        }
    }

    /** As the teacher's scheduler says. */
    static Limit ofScheduler() {
        return new OfScheduler();
    }

    /** No limit. */
    static Limit none() {
        return new None();
    }

    /** Within [−value, value]; finite and above 0. */
    static Limit to(double value) {
        return new To(value);
    }

    /** Whether the teacher's scheduler says it. */
    default boolean isOfScheduler() {
        return this instanceof OfScheduler;
    }

    /**
     * The largest value, 0 for no limit.
     *
     * @param ofScheduler what it is where the scheduler says it
     */
    default double or(double ofScheduler) {
        return this instanceof To to ? to.value : isOfScheduler() ? ofScheduler : 0;
    }
}
