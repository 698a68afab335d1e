package io.bootdistill;

import io.bootdistill.device.SignalCoefficients;

/**
 * The Signal-ODE of a teacher: with the noise ε fixed, the signal y_t = (x_t − σ_t ε)/α_t moves as
 * dy/dt = −λ'_t (f(x_t, t) − y_t), x_t = α_t y_t + σ_t ε. The noise cancels: the path is smooth, and y at t_min is the sample
 * (Gu et al., <i>BOOT</i>, arXiv 2306.05544, §3.1).
 *
 * <p>The methods on double arrays are the definition, for analysis and tests. Training and sampling run the same steps as
 * kernels, from the numbers of {@link #coefficients}. Immutable.
 */
public final class SignalOde {

    /** How a step is taken. */
    public enum Solver {
        /** f held constant: y_s = y + c (f − y), exactly DDIM; local error O(h²). */
        DDIM,
        /** The mean of f at both ends: y_s = y + c ((f_t + f_s)/2 − y); local error O(h³), two teacher calls. */
        HEUN
    }

    /** A prediction of x₀ from a state, as a function. */
    @FunctionalInterface
    public interface Denoiser {
        double[] predict(double[] x, double t);
    }

    private final NoiseSchedule schedule;

    public SignalOde(NoiseSchedule schedule) {
        this.schedule = schedule;
    }

    public NoiseSchedule schedule() {
        return schedule;
    }

    /** The state x_t = α_t y + σ_t ε. */
    public double[] state(double[] y, double[] noise, double t) {
        double alpha = schedule.alpha(t);
        double sigma = schedule.sigma(t);
        double[] x = new double[y.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = alpha * y[i] + sigma * noise[i];
        }
        return x;
    }

    /** One step from t to s &lt; t. */
    public double[] step(Solver solver, Denoiser f, double[] y, double[] noise, double t, double s) {
        double c = schedule.step(t, s);
        double[] ft = f.predict(state(y, noise, t), t);
        double[] ys = advance(y, ft, c);
        if (solver == Solver.HEUN) {
            double[] fs = f.predict(state(ys, noise, s), s);
            double[] mean = new double[y.length];
            for (int i = 0; i < mean.length; i++) {
                mean[i] = (ft[i] + fs[i]) / 2;
            }
            ys = advance(y, mean, c);
        }
        return ys;
    }

    /** The signal at t_min from the noise: equal steps in t, y = f(ε, t_max) at the start. */
    public double[] solve(Solver solver, Denoiser f, double[] noise, int steps) {
        double t = schedule.tMax();
        double[] y = f.predict(noise, t);
        for (int i = 1; i <= steps; i++) {
            double s = schedule.tMax() + (schedule.tMin() - schedule.tMax()) * i / steps;
            y = step(solver, f, y, noise, t, s);
            t = s;
        }
        return y;
    }

    private static double[] advance(double[] y, double[] f, double c) {
        double[] ys = new double[y.length];
        for (int i = 0; i < ys.length; i++) {
            ys[i] = y[i] + c * (f[i] - y[i]);
        }
        return ys;
    }

    /**
     * The numbers that the kernels of {@link io.bootdistill.device.Kernels} need for a step of one sample.
     *
     * @param row written at [offset, offset + {@link SignalCoefficients#COUNT})
     */
    void coefficients(Prediction prediction, double t, double s, float[] row, int offset) {
        double alphaT = schedule.alpha(t);
        double sigmaT = schedule.sigma(t);
        double alphaS = schedule.alpha(s);
        double sigmaS = schedule.sigma(s);
        row[offset + SignalCoefficients.ALPHA_T] = (float) alphaT;
        row[offset + SignalCoefficients.SIGMA_T] = (float) sigmaT;
        row[offset + SignalCoefficients.STATE_FACTOR_T] = (float) prediction.stateFactor(alphaT, sigmaT);
        row[offset + SignalCoefficients.OUTPUT_FACTOR_T] = (float) prediction.outputFactor(alphaT, sigmaT);
        row[offset + SignalCoefficients.STEP] = (float) schedule.step(t, s);
        row[offset + SignalCoefficients.ALPHA_S] = (float) alphaS;
        row[offset + SignalCoefficients.SIGMA_S] = (float) sigmaS;
        row[offset + SignalCoefficients.STATE_FACTOR_S] = (float) prediction.stateFactor(alphaS, sigmaS);
        row[offset + SignalCoefficients.OUTPUT_FACTOR_S] = (float) prediction.outputFactor(alphaS, sigmaS);
        row[offset + SignalCoefficients.MEAN] = 0.5f;
    }
}
