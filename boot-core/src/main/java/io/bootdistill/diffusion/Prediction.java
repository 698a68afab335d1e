package io.bootdistill.diffusion;

import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.work.Checks;

/**
 * What a network's output o means. The prediction of x₀ is f = stateFactor·x + outputFactor·o for all of them.
 */
public enum Prediction {
    /** o = ε: f = (x − σ o)/α. */
    EPSILON,
    /** o = α ε − σ x₀ (variance preserving): f = α x − σ o. */
    V,
    /** o = x₀. */
    SAMPLE,
    /** o = ε − x₀ (flow): f = x − t o. */
    FLOW;

    /** What the outputs of a network with this scheduler mean. */
    public static Prediction of(SchedulerConfig scheduler) {
        return switch (Checks.notNull("scheduler", scheduler).predictionType()) {
            case EPSILON -> EPSILON;
            case V_PREDICTION -> V;
            case SAMPLE -> SAMPLE;
        };
    }

    /** Factor of ε in the output that is right, o = noiseShare·ε + imageShare·x₀: what denoising training learns. */
    public double noiseShare(double alpha) {
        return switch (this) {
            case EPSILON, FLOW -> 1;
            case V -> alpha;
            case SAMPLE -> 0;
        };
    }

    /** Factor of x₀ in the output that is right. */
    public double imageShare(double sigma) {
        return switch (this) {
            case EPSILON -> 0;
            case V -> -sigma;
            case SAMPLE -> 1;
            case FLOW -> -1;
        };
    }

    /** Factor of the state x at a noise level. */
    public double stateFactor(double alpha, double sigma) {
        return switch (this) {
            case EPSILON -> 1 / alpha;
            case V -> alpha;
            case SAMPLE -> 0;
            case FLOW -> 1;
        };
    }

    /** Factor of the output o at a noise level. */
    public double outputFactor(double alpha, double sigma) {
        return switch (this) {
            case EPSILON -> -sigma / alpha;
            case V, FLOW -> -sigma;
            case SAMPLE -> 1;
        };
    }
}
