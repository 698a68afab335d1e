package io.bootdistill.objective;

/**
 * Weights a sample's loss by 1/(‖r‖² + κ)^p with its own residual r as a constant, so that a few hard samples do not rule the
 * gradient: p = ½ gives the gradient of √(‖r‖² + κ), p = 1 that of its logarithm (arXiv 2505.13447, §4.3). ‖·‖² is the mean
 * over the elements of the sample.
 *
 * @param power p ≥ 0; 0 for none
 * @param kappa κ &gt; 0
 */
public record ResidualWeighting(float power, float kappa) {

    public boolean isNone() {
        return power == 0;
    }

    /** The weight of a sample with this ‖r‖². */
    public double weight(double residual) {
        return Math.pow(residual + kappa, -power);
    }
}
