package io.bootdistill.matching;

import io.bootdistill.internal.work.Checks;

/** What the online network of a {@link Corrector} learns from. */
public sealed interface OnlineSamples {

    /** The samples that move the student in the same step, with their noise and τ: one call of the network serves both. */
    record Shared() implements OnlineSamples {}

    /**
     * Samples of its own, drawn for it in every step of the corrector; the student is moved in some of them.
     *
     * @param updates r of the network for each of the student's, in 1 … 100: the last of each r steps moves the student
     * @param guidance how much of the guidance that is distilled its prediction has, in [0, 1]: g + (s − 1)(g − g(∅)) with
     *     s = 1 + guidance·(w − 1). Above 0, it learns a tenth of its samples without their conditions (SiD-LSG, arXiv 2406.01561)
     */
    record Own(int updates, double guidance) implements OnlineSamples {

        /** Checks the ranges. */
        public Own {
            Checks.range("updates of the online network", updates, 1, 100);
            Checks.that(guidance >= 0 && guidance <= 1, "guidance of the online network", guidance, "in [0, 1]");
        }
    }
}
