package io.bootdistill.objective;

import io.bootdistill.internal.work.Checks;

/**
 * The data-free corrector beside the phases of a run: it moves the distribution of the student's samples towards the teacher's
 * (Diff-Instruct, arXiv 2305.18455; distribution matching, 2311.18828; without data, FreeFlow, 2511.19428).
 *
 * @param share its samples beside each batch, as a share of it, in (0, 1]
 * @param start share of the run before it begins, in [0, 1)
 * @param weight λ, ≥ 0, beside a loss with residual weights of power ½, which do not apply to the corrector; beside one without,
 *     1 does as much or more
 * @param rate Adam's constant rate for the online network, after the warm-up, without a first moment, in (0, 1]
 */
public record Corrector(double share, double start, double weight, double rate) {

    /** Checks the ranges. */
    public Corrector {
        Checks.that(share > 0 && share <= 1, "share of the corrector", share, "in (0, 1]");
        Checks.that(start >= 0 && start < 1, "start of the corrector", start, "in [0, 1)");
        Checks.atLeastZero("weight of the corrector", weight);
        Checks.that(rate > 0 && rate <= 1, "rate of the corrector", rate, "in (0, 1]");
    }

    /** A quarter, from three quarters of the run on, λ = 10, at 3e-4. */
    public static Corrector defaults() {
        return new Corrector(0.25, 0.75, 10, 3e-4);
    }

    /** Its samples beside a batch. */
    public int samples(int batch) {
        return (int) Math.max(1, Math.round(share * batch));
    }

    /** Its first step of a run. */
    public long firstStep(long steps) {
        return Math.round(start * steps);
    }
}
