package io.bootdistill.reference;

import io.bootdistill.device.Activation;

/** The activations and their derivatives at one value. */
final class ActivationFormulas {

    private static final double ROOT_TWO_OVER_PI = Math.sqrt(2 / Math.PI);

    private ActivationFormulas() {}

    static double value(Activation f, double x) {
        return switch (f) {
            case NONE -> x;
            case SILU -> x * sigmoid(x);
            case GELU -> x * normal(x);
            case GELU_TANH -> 0.5 * x * (1 + Math.tanh(ROOT_TWO_OVER_PI * (x + 0.044715 * x * x * x)));
            case QUICK_GELU -> x * sigmoid(1.702 * x);
        };
    }

    /** As σ' = σ·(1 − σ), Φ' = φ and tanh' = 1 − tanh². */
    static double derivative(Activation f, double x) {
        switch (f) {
            case NONE:
                return 1;
            case SILU: {
                double s = sigmoid(x);
                return s * (1 + x * (1 - s));
            }
            case GELU:
                return normal(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
            case GELU_TANH: {
                double th = Math.tanh(ROOT_TWO_OVER_PI * (x + 0.044715 * x * x * x));
                return 0.5 * (1 + th) + 0.5 * x * (1 - th * th) * ROOT_TWO_OVER_PI * (1 + 3 * 0.044715 * x * x);
            }
            case QUICK_GELU: {
                double s = sigmoid(1.702 * x);
                return s * (1 + 1.702 * x * (1 - s));
            }
            default:
                throw new IllegalArgumentException("unknown activation " + f);
        }
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /**
     * Φ(x) = ½ + φ(x)·(x + x³/3 + x⁵/(3·5) + …) (Marsaglia, 2004): its terms have one sign. Beyond 10, what is missing to 0 or
     * 1 is no float64 beside 1.
     */
    static double normal(double x) {
        if (Math.abs(x) > 10) {
            return x < 0 ? 0 : 1;
        }
        double term = x;
        double sum = x;
        double before;
        int k = 1;
        do {
            before = sum;
            k += 2;
            term *= x * x / k;
            sum += term;
        } while (Math.abs(sum) > Math.abs(before));
        return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }
}
