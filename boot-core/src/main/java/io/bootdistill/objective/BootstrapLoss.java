package io.bootdistill.objective;


/**
 * The bootstrapping loss L = E[w(t) ‖y_θ(ε, s) − SG[step(y_θ(ε, t), t → s)]‖²] with the boundary loss
 * E‖y_θ(ε, t_max) − f_φ(ε, t_max)‖² (arXiv 2306.05544, eq. 9 and 10). ‖·‖² is the mean over the elements of a sample. Only
 * y_θ(ε, s) has a gradient.
 *
 * @param weighting w(t)
 * @param boundary how the boundary enters
 * @param beta factor of the boundary loss; used by {@link Boundary#TERM} alone
 */
public record BootstrapLoss(Weighting weighting, Boundary boundary, double beta) {

    /** w(t). */
    public enum Weighting {
        /** 1: our default, which weakens neither end. */
        FLAT,
        /** 1/δ², δ in units of t: the paper's. */
        INVERSE_DELTA_SQUARED,
        /**
         * 1/c², c of the step: the loss is that of f − y, as if its size were alike at all times. Weak at both ends, where c is
         * large.
         */
        INVERSE_STEP_SQUARED
    }

    /** How the boundary enters. */
    public enum Boundary {
        /** A loss of its own, the paper's: mean over the bootstrap samples + β · mean over the boundary samples. */
        TERM,
        /** An atom of the distribution of t at t_max: one mean over all samples, β unused. Of the same family as the others. */
        ATOM,
        /**
         * No loss: the student is y = k(t) f_φ(ε, t_max) + (1 − k(t)) ŷ_θ, the teacher's own prediction at t_max; see
         * {@code HardBoundary}.
         */
        HARD
    }

    public BootstrapLoss {
        if (!Double.isFinite(beta) || beta < 0) {
            throw new IllegalArgumentException("beta is " + beta + ", must be finite and at least 0");
        }
    }

    /** w of a bootstrap sample; c is 1 for the boundary (a step that replaces the signal by f). */
    public double weight(double delta, double c) {
        return switch (weighting) {
            case FLAT -> 1;
            case INVERSE_DELTA_SQUARED -> 1 / (delta * delta);
            case INVERSE_STEP_SQUARED -> 1 / (c * c);
        };
    }

    /** Factor of one bootstrap sample's ‖r‖² in the total loss. */
    public double bootstrapFactor(double delta, double c, int bootstrapSamples, int boundarySamples) {
        int samples = boundary == Boundary.ATOM ? bootstrapSamples + boundarySamples : bootstrapSamples;
        return weight(delta, c) / samples;
    }

    /** Factor of one boundary sample's ‖r‖² in the total loss. */
    public double boundaryFactor(double delta, int bootstrapSamples, int boundarySamples) {
        return boundary == Boundary.ATOM
                ? weight(delta, 1) / (bootstrapSamples + boundarySamples)
                : beta / boundarySamples;
    }
}
