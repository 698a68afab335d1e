package io.bootdistill.lesson;

import io.bootdistill.internal.work.Checks;

/**
 * Weights a sample's loss by 1/(‖r‖² + κ)^p with its own residual r as a constant, so that a few hard samples do not rule the
 * gradient: p = ½ gives the gradient of √(‖r‖² + κ), p = 1 that of its logarithm (arXiv 2505.13447, §4.3). ‖·‖² is the mean
 * over the elements of the sample.
 *
 * @param power p, in [0, 2]; 0 for none
 * @param kappa κ, finite and at least 1e-12
 */
public record ResidualWeighting(double power, double kappa) {

    /** Every residual counts alike. */
    public static final ResidualWeighting NONE = new ResidualWeighting(0, 1e-3);

    /** Checks the ranges. */
    public ResidualWeighting {
        Checks.that(power >= 0 && power <= 2, "power of the residual weights", power, "in [0, 2]");
        Checks.that(kappa >= 1e-12 && Double.isFinite(kappa), "kappa of the residual weights", kappa, "finite and at least 1e-12");
    }

    /** p = ½, κ = 1e-3. */
    public static ResidualWeighting defaults() {
        return new ResidualWeighting(0.5, 1e-3);
    }

    public boolean isNone() {
        return power == 0;
    }

    /** The weight of a sample with this ‖r‖². */
    public double weight(double residual) {
        return Math.pow(residual + (float) kappa, -(float) power); // as the device has them
    }
}
