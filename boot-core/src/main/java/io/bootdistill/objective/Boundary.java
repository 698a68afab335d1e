package io.bootdistill.objective;

import io.bootdistill.internal.work.Checks;

/** How the boundary y_θ(ε, t_max) = f_φ(ε, t_max) enters a student that bootstraps (arXiv 2306.05544, eq. 10). */
public sealed interface Boundary {

    /**
     * An atom of the distribution of t at t_max: one mean over all samples, of the same family as the others.
     *
     * @param share of the batch at t_max, in [0, 0.5]; at least one sample unless 0
     */
    record Atom(double share) implements Boundary {

        /** Checks the range. */
        public Atom {
            requireShare(share);
        }
    }

    /**
     * A loss of its own, the paper's: mean over the bootstrap samples + β · mean over those of the boundary.
     *
     * @param share of the batch at t_max, in [0, 0.5]; at least one sample unless 0
     * @param beta β, ≥ 0
     */
    record Term(double share, double beta) implements Boundary {

        /** Checks the ranges. */
        public Term {
            requireShare(share);
            Checks.atLeastZero("beta of the boundary", beta);
        }
    }

    /** No loss: the student is y = k(t) f_φ(ε, t_max) + (1 − k(t)) ŷ_θ, so that the teacher's own prediction is its at t_max. */
    record Hard() implements Boundary {}

    /** Samples of a batch at t_max. */
    default int samples(int batch) {
        double share = this instanceof Atom atom ? atom.share : this instanceof Term term ? term.share : 0;
        return share == 0 ? 0 : Math.min(batch - 1, Math.max(1, (int) Math.round(batch * share)));
    }

    private static void requireShare(double share) {
        Checks.that(share >= 0 && share <= 0.5, "share of the boundary", share, "in [0, 0.5]");
    }
}
