package io.bootdistill.diffusion;

/**
 * A noise schedule x_t = α_t x₀ + σ_t ε over the time t ∈ [0, 1], from data to noise, with λ_t = ln(σ_t/α_t), half the
 * negative log signal-to-noise ratio. Immutable.
 */
public interface NoiseSchedule {

    /** α_t. */
    double alpha(double t);

    /** σ_t. */
    double sigma(double t);

    /** λ_t; infinite where α or σ is zero. */
    double lambda(double t);

    /** dλ/dt. */
    double lambdaDerivative(double t);

    /** The time that a network is given for t: the real-valued index of a discrete schedule. */
    double networkTime(double t);

    /** How fast {@link #networkTime} grows with t; by default a difference, which is exact where that is linear in t. */
    default double networkTimeDerivative(double t) {
        double before = Math.max(t - 1e-4, tMin());
        double after = Math.min(t + 1e-4, tMax());
        return (networkTime(after) - networkTime(before)) / (after - before);
    }

    /** The time of the cleanest state, where the sample is read. */
    double tMin();

    /** The time of the noisiest state with a finite λ, where x is taken to be pure noise. */
    double tMax();

    /** The number of times from t_min to t_max that networks are trained at; 0, as by default, where that is any. */
    default int times() {
        return 0;
    }

    /** The time of step i of n from t_max to the clean sample, where it begins: "trailing" to the schedulers of the format. */
    default double trailing(int i, int n) {
        return tMax() - (tMax() - tMin()) * i / n;
    }

    /**
     * c of the Signal-ODE step from t to s with f held constant: 1 − exp(λ_s − λ_t), the DDIM step in signal space.
     */
    default double step(double t, double s) {
        return -Math.expm1(lambda(s) - lambda(t));
    }

    /**
     * The time in [s, t] where λ is midway between its values at both ends; midway in time where one of them is infinite.
     * λ has to grow with t.
     */
    default double midpoint(double t, double s) {
        double target = (lambda(t) + lambda(s)) / 2;
        double low = s;
        double high = t;
        for (int i = 0; i < 60 && Double.isFinite(target); i++) {
            double middle = (low + high) / 2;
            if (lambda(middle) < target) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }
}
