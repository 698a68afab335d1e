package io.bootdistill.objective;


/**
 * The bootstrapping loss L = E[w(t) ‖y_θ(ε, s) − SG[step(y_θ(ε, t), t → s)]‖²] with the boundary loss
 * E‖y_θ(ε, t_max) − f_φ(ε, t_max)‖² (arXiv 2306.05544, eq. 9 and 10). ‖·‖² is the mean over the elements of a sample. Only
 * y_θ(ε, s) has a gradient.
 *
 * @param weighting w(t)
 * @param boundary how the boundary enters
 */
public record BootstrapLoss(Weighting weighting, Boundary boundary) {

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
        int samples = boundary instanceof Boundary.Atom ? bootstrapSamples + boundarySamples : bootstrapSamples;
        return weight(delta, c) / samples;
    }

    /** Factor of one boundary sample's ‖r‖² in the total loss. */
    public double boundaryFactor(double delta, int bootstrapSamples, int boundarySamples) {
        return boundary instanceof Boundary.Term term
                ? term.beta() / boundarySamples
                : weight(delta, 1) / (bootstrapSamples + boundarySamples);
    }
}
