package io.bootdistill.diffusion;

import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.internal.work.Checks;
import java.util.Arrays;

/**
 * Writes the numbers of one sample that the kernels of the method read, by their names, see {@link SignalCoefficients}. A cursor:
 * {@link #at} moves it. For one thread.
 */
public final class SignalRow {

    private float[] values = new float[0];
    private int at;

    /** Stands at no row yet. */
    public SignalRow() {}

    /** Moves to a row of {@link SignalCoefficients#COUNT} numbers. */
    public SignalRow at(float[] values, int at) {
        this.values = Checks.notNull("values", values);
        this.at = at;
        return this;
    }

    /** Sets all to 0. */
    public SignalRow clear() {
        Arrays.fill(values, at, at + SignalCoefficients.COUNT, 0);
        return this;
    }

    /** The signal from the student's output: y = noise·ε + output·F. */
    public SignalRow head(double noise, double output) {
        return set(SignalCoefficients.HEAD_NOISE, noise).set(SignalCoefficients.HEAD_OUTPUT, output);
    }

    /** The same for a head of the whole noise level. */
    public SignalRow head(Head head) {
        return head(Checks.notNull("head", head).noiseFactor(), head.outputFactor());
    }

    /** The state from the signal: x = α y + σ ε. */
    public SignalRow state(double alpha, double sigma) {
        return set(SignalCoefficients.ALPHA_T, alpha).set(SignalCoefficients.SIGMA_T, sigma);
    }

    /** Likewise, of the state after a step. */
    public SignalRow nextState(double alpha, double sigma) {
        return set(SignalCoefficients.ALPHA_S, alpha).set(SignalCoefficients.SIGMA_S, sigma);
    }

    /** The prediction of x₀ from a state and an output: f = state·x + output·o. */
    public SignalRow prediction(double state, double output) {
        return set(SignalCoefficients.STATE_FACTOR_T, state).set(SignalCoefficients.OUTPUT_FACTOR_T, output);
    }

    /** The same for what outputs mean at a noise level. */
    public SignalRow prediction(Prediction prediction, double alpha, double sigma) {
        Checks.notNull("prediction", prediction);
        return prediction(prediction.stateFactor(alpha, sigma), prediction.outputFactor(alpha, sigma));
    }

    /** Likewise, of a second evaluation. */
    public SignalRow secondPrediction(Prediction prediction, double alpha, double sigma) {
        return set(SignalCoefficients.STATE_FACTOR_S, Checks.notNull("prediction", prediction).stateFactor(alpha, sigma))
                .set(SignalCoefficients.OUTPUT_FACTOR_S, prediction.outputFactor(alpha, sigma));
    }

    /** The step: target = y + c (f̄ − y). */
    public SignalRow step(double c) {
        return set(SignalCoefficients.STEP, c);
    }

    /** Share of this evaluation in f̄, of one before in the rest. */
    public SignalRow mean(double share) {
        return set(SignalCoefficients.MEAN, share);
    }

    /** Guidance scale w. */
    public SignalRow guidance(double scale) {
        return set(SignalCoefficients.GUIDANCE, scale);
    }

    /** Limit of |f|; 0 for none. */
    public SignalRow clip(double limit) {
        return set(SignalCoefficients.CLIP, limit);
    }

    /** Factor of the residual in the gradient of the loss. */
    public SignalRow gradient(double factor) {
        return set(SignalCoefficients.GRADIENT, factor);
    }

    /**
     * A whole step of the Signal-ODE from t to s: α, σ and the prediction's factors at t and at the second evaluation m, and the
     * factors of the step.
     *
     * <p>The kernels step by STEP twice, first to f, then to f̄ = previous + MEAN·(f_m − previous). Heun's previous is f_t. The
     * midpoint's is y itself: STEP leads to m, and MEAN = c/STEP makes of the second step y + c (f_m − y).
     */
    public SignalRow solve(NoiseSchedule schedule, Solver solver, Prediction prediction, double t, double s) {
        Checks.notNull("schedule", schedule);
        Checks.notNull("prediction", prediction);
        double m = Checks.notNull("solver", solver).second(schedule, t, s);
        double c = solver.factor(schedule, t, s);
        double step = solver == Solver.MIDPOINT ? schedule.step(t, m) : c;
        double alphaT = schedule.alpha(t);
        double sigmaT = schedule.sigma(t);
        double alphaM = schedule.alpha(m);
        double sigmaM = schedule.sigma(m);
        return state(alphaT, sigmaT).prediction(prediction, alphaT, sigmaT).step(step)
                .nextState(alphaM, sigmaM).secondPrediction(prediction, alphaM, sigmaM)
                .mean(solver == Solver.MIDPOINT && m < t ? c / step : 0.5);
    }

    private SignalRow set(int place, double value) {
        values[at + place] = (float) value;
        return this;
    }
}
