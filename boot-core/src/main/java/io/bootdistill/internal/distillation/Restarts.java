package io.bootdistill.internal.distillation;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Philox;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.internal.sampling.Head;
import java.util.Arrays;

/**
 * Where the samples of a step start that do not start from pure noise: at a state x_u = α_u y_u + σ_u ε. In steps that
 * bootstrap, it is one of the student's own, with y_u = ŷ(ε, t_max → u) and no gradient; in those that regress, one of the
 * teacher's trajectory. Such a student has two times, that of its input and that of the signal:
 * ŷ(x_u, u → t) = y_u + c(u → t)(F̂ − y_u). F̂ is what the network's output means at u, a mean of f over [t, u], so that a
 * student with the teacher's weights takes a DDIM step of the teacher; at t = u the signal is y_u by construction. A flow map
 * learnt in this way takes one step or several (as in arXiv 2406.07507, here without data, and 2411.08378).
 *
 * <p>Rows that start from pure noise have u = t_max and the plain {@link Head}, which is the same with c = 1. So that the
 * output means nearly the same just below, {@link #prediction} is what it means where the teacher predicts ε.
 */
public final class Restarts {

    /** A draw of the run's seed. */
    private static final int START = 6;

    /** Spreads the starts of a step evenly and unlike its times. */
    private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

    /** y_u is there already. */
    private static final Head SIGNAL = new Head(0, 1);

    private final long seed;
    private final NoiseSchedule schedule;
    private final SignalOde ode;
    private final Prediction prediction;

    /** u of each row of the batch, as the network is given it. */
    final float[] networkStart;

    /** Of the restarted rows: from the noise to u by {@code HEAD} and the state at t; then the step u → t, and its state. */
    final float[] coefficients;

    /** Of the restarted rows: −1/(1 − c(u → s)), the divisor that leaves of a target at s what F̂ has to learn. */
    final float[] divisors;

    /** u of each row. */
    private final double[] start;

    /** @param prediction what the student's output means */
    Restarts(DistillationConfig config, NoiseSchedule schedule, Prediction prediction) {
        seed = config.seed();
        this.schedule = schedule;
        this.prediction = prediction;
        ode = new SignalOde(schedule);
        start = new double[config.batch()];
        networkStart = new float[config.batch()];
        coefficients = new float[config.batch() * SignalCoefficients.COUNT];
        divisors = new float[config.batch()];
        Arrays.fill(start, schedule.tMax());
        Arrays.fill(networkStart, (float) schedule.networkTime(schedule.tMax()));
    }

    /**
     * What the output of a student with two times means: v where the teacher's is ε, from which F̂ is read by 1/α, at t_max
     * too large a factor to learn with. Such a student is no copy of its teacher at the start.
     *
     * @param teacher what the teacher's output means
     */
    public static Prediction prediction(Prediction teacher) {
        return teacher == Prediction.EPSILON ? Prediction.V : teacher;
    }

    /**
     * Draws u of a row that bootstraps, uniform in [lowest, t_max).
     *
     * @param index of the restarted rows
     * @return u
     */
    double draw(int row, long step, int index, double lowest) {
        double place = (Philox.uniform(seed, START, step) + (index + 1) * GOLDEN) % 1;
        setStart(row, lowest + place * (schedule.tMax() - lowest));
        return start[row];
    }

    private void setStart(int row, double u) {
        start[row] = u;
        networkStart[row] = (float) schedule.networkTime(u);
    }

    /** Sets the numbers of a drawn row, after those of the batch: y_u comes from the student's output at (ε, t_max → u). */
    void set(Batch batch, Head head, int row) {
        setStep(batch, row, schedule.step(start[row], batch.s[row]));
        setHead(row, head);
    }

    /**
     * Sets the numbers of a row that regresses from the teacher's own y_u, after those of the batch.
     *
     * @param u t_max for a row that starts from pure noise after all
     * @return c(u → s)
     */
    double setRegression(Batch batch, int row, double u) {
        setStart(row, u);
        if (u < schedule.tMax()) {
            double c = schedule.step(u, batch.s[row]);
            setStep(batch, row, c);
            setHead(row, SIGNAL);
            return c;
        }
        int offset = row * SignalCoefficients.COUNT;
        Arrays.fill(coefficients, offset, offset + SignalCoefficients.COUNT, 0);
        coefficients[offset + SignalCoefficients.SIGMA_T] = 1;
        divisors[row] = Float.NEGATIVE_INFINITY;
        return 1;
    }

    /** Lets the head of a row be that of the step u → s. */
    private void setStep(Batch batch, int row, double c) {
        double u = start[row];
        double alpha = schedule.alpha(u);
        double sigma = schedule.sigma(u);
        int offset = row * SignalCoefficients.COUNT;
        batch.coefficients[offset + SignalCoefficients.HEAD_NOISE] = (float) (c * prediction.stateFactor(alpha, sigma));
        batch.coefficients[offset + SignalCoefficients.HEAD_OUTPUT] = (float) (c * prediction.outputFactor(alpha, sigma));
        divisors[row] = (float) (-1 / (1 - c));
        ode.coefficients(SignalOde.Solver.DDIM, prediction, u, batch.t[row], coefficients, offset);
    }

    /** What y_u is made of. */
    private void setHead(int row, Head head) {
        int offset = row * SignalCoefficients.COUNT;
        coefficients[offset + SignalCoefficients.HEAD_NOISE] = (float) head.noiseFactor();
        coefficients[offset + SignalCoefficients.HEAD_OUTPUT] = (float) head.outputFactor();
    }
}
