package io.bootdistill.internal.distillation;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Philox;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.internal.sampling.Head;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.objective.BootstrapLoss;
import io.bootdistill.objective.Objective;
import java.util.Arrays;

/**
 * What one training step draws and computes on the host: times, conditions, seeds and the coefficients of each sample, a pure
 * function of (seed, step). The samples of the boundary are spread evenly, so that all blocks cost the same; within a block
 * they follow the bootstrap samples.
 */
public final class Batch {

    /** Draws of the run's seed. */
    private static final int SAMPLE = 1;

    private static final int TIME = 4;

    private final NoiseSchedule schedule;
    private final SignalOde ode;
    private final Head head;
    private final int restartSamples;
    private final BootstrapLoss loss;
    private final int imageSize;

    /** What the teacher's outputs mean. */
    final Prediction prediction;

    /** The limit of its predictions. */
    final double clip;

    final DistillationConfig config;
    final int block;
    final int bootstrapSamples;
    final int boundarySamples;
    final int blocks;
    final int rows;

    /** What the samples of a step regress on; null where none do. */
    final TrajectoryDraws trajectories;

    /** The step drawn last. */
    long step;

    /** The samples that start from a state on the way, the first of each block; null where all start from noise. */
    final Restarts restarts;

    /** Where the samples lie in the arrays below; those of the bootstrap that restart come last. */
    final int[] bootstrapRow;

    final int[] boundaryRow;

    /** Noise, condition and guidance scale of each row. */
    final SampleDraws samples;

    final double[] t;
    final double[] s;
    final float[] networkT;
    final float[] networkS;

    /** Where the teacher is called again: s with Heun's solver. */
    final double[] second;

    final float[] networkSecond;

    /** t_max for every row. */
    final double[] tMax;

    final float[] networkTMax;

    /** For forward mode: the tangent of the network's time that makes the network's tangent (1 − c) dy/dt. */
    final float[] timeTangent;

    /** Just before and after t, and the divisor of the difference of the signals there, for the residual as a loss. */
    final float[] networkBefore;

    final float[] networkAfter;
    final float[] difference;

    final float[] coefficients;

    /** w(t) of each sample, and its share of the loss. */
    final double[] weight;

    final double[] factor;

    /**
     * @param prediction what the teacher's output means
     * @param student what the student's does
     */
    public Batch(
            DistillationConfig config, NoiseSchedule schedule, Prediction prediction, Prediction student, double clip,
            ConditionSource conditions, ConditionShape conditionShape, int imageSize) {
        this.config = config;
        this.schedule = schedule;
        this.ode = new SignalOde(schedule);
        this.prediction = prediction;
        head = Head.of(student, schedule);
        restarts = config.restartSamples() == 0 ? null : new Restarts(config, schedule, student);
        restartSamples = config.restartSamples();
        this.clip = clip;
        this.loss = config.loss();
        trajectories = config.regressions() == 0 ? null : new TrajectoryDraws(config, schedule);
        this.imageSize = imageSize;
        block = config.block();
        bootstrapSamples = config.bootstrapSamples();
        boundarySamples = config.boundarySamples();
        blocks = (config.batch() + block - 1) / block;
        bootstrapRow = new int[bootstrapSamples];
        boundaryRow = new int[boundarySamples];
        int plain = 0;
        int restarted = bootstrapSamples - restartSamples;
        for (int b = 0; b < blocks; b++) {
            int row = firstRow(b);
            for (int i = 0; i < bootstrapSamples(b); i++) {
                bootstrapRow[i < restartSamples(b) ? restarted++ : plain++] = row++;
            }
            for (int i = boundaryBefore(firstRow(b)); i < boundaryBefore(firstRow(b + 1)); i++) {
                boundaryRow[i] = row++;
            }
        }
        rows = config.batch();
        samples = new SampleDraws(config, conditions, conditionShape, rows, SAMPLE);
        t = new double[rows];
        s = new double[rows];
        networkT = new float[rows];
        networkS = new float[rows];
        second = new double[rows];
        networkSecond = new float[rows];
        tMax = new double[rows];
        networkTMax = new float[rows];
        timeTangent = new float[rows];
        networkBefore = new float[rows];
        networkAfter = new float[rows];
        difference = new float[rows];
        coefficients = new float[rows * SignalCoefficients.COUNT];
        weight = new double[rows];
        factor = new double[rows];
        Arrays.fill(t, schedule.tMax());
        Arrays.fill(s, schedule.tMax());
        Arrays.fill(second, schedule.tMax());
        Arrays.fill(tMax, schedule.tMax());
        Arrays.fill(networkTMax, (float) schedule.networkTime(schedule.tMax()));
    }

    /** The first row of a block; those of block {@code blocks} would follow the last. */
    int firstRow(int blockIndex) {
        return (int) ((long) blockIndex * config.batch() / blocks);
    }

    /** Samples of a block. */
    int samples(int blockIndex) {
        return firstRow(blockIndex + 1) - firstRow(blockIndex);
    }

    /** Bootstrap samples of a block. */
    int bootstrapSamples(int blockIndex) {
        return bootstrapBefore(firstRow(blockIndex + 1)) - bootstrapBefore(firstRow(blockIndex));
    }

    /** The first samples of a block, of the bootstrap, that restart. */
    int restartSamples(int blockIndex) {
        return restartsBefore(firstRow(blockIndex + 1)) - restartsBefore(firstRow(blockIndex));
    }

    private int restartsBefore(int row) {
        return (int) ((long) bootstrapBefore(row) * restartSamples / bootstrapSamples);
    }

    private int boundaryBefore(int row) {
        return (int) ((long) row * boundarySamples / config.batch());
    }

    private int bootstrapBefore(int row) {
        return row - boundaryBefore(row);
    }

    /** δ of a step that bootstraps, from the first of these to the last; with a relative schedule, that of t = 1. */
    double delta(long step) {
        long first = config.regressions();
        double progress = (double) (step - first) / Math.max(1, config.steps() - 1 - first);
        return config.deltaSchedule().over(config.deltaStart(), config.deltaEnd(), progress);
    }

    /** Draws the samples of a step. */
    void draw(long step) {
        this.step = step;
        if (isRegression()) {
            drawRegression();
        } else {
            drawBootstrap();
        }
    }

    /** Whether the step regresses on trajectories. */
    boolean isRegression() {
        return step < config.regressions();
    }

    /** t over [t_min + δ, t_max], s = t − δ. */
    private void drawBootstrap() {
        double delta = Math.min(delta(step), (schedule.tMax() - schedule.tMin()) / 2);
        long first = step * config.batch();
        boolean derivative = config.objective().isDerivative();
        double lowest = schedule.tMin() + (derivative ? 0 : config.deltaSchedule().at(delta, schedule.tMin()));
        int plain = bootstrapSamples - restartSamples;
        long since = step - config.regressions();
        long steps = config.steps() - config.regressions();
        for (int i = 0; i < bootstrapSamples; i++) {
            int row = bootstrapRow[i];
            boolean restarted = i >= plain;
            double most = restarted ? restarts.draw(row, step, i - plain, lowest) : schedule.tMax();
            double random = Philox.uniform(config.seed(), TIME, first + i);
            double u = restarted
                    ? config.timeSampling().place(i - plain, restartSamples, random, since, steps)
                    : config.timeSampling().place(i, plain, random, since, steps);
            double time = lowest + u * (most - lowest);
            samples.draw(row, first + i);
            if (derivative) {
                setDerivative(row, time);
            } else {
                double own = config.deltaSchedule().at(delta, time);
                setBootstrap(row, time, Math.max(time - own, schedule.tMin()), own);
            }
            if (restarted) {
                restarts.set(this, head, row);
            }
        }
        for (int i = 0; i < boundarySamples; i++) {
            samples.draw(boundaryRow[i], first + bootstrapSamples + i);
            setBoundary(boundaryRow[i], derivative ? 1 : delta);
        }
    }

    /** The first rows of a block are new noises; the others those of earlier steps, at other times of their trajectories. */
    private void drawRegression() {
        for (int b = 0; b < blocks; b++) {
            int from = firstRow(b);
            int n = samples(b);
            int fresh = trajectories.fresh(n);
            for (int i = 0; i < n; i++) {
                int use = i / fresh;
                long noise = trajectories.origin(step, use) * config.batch() + from + i % fresh;
                samples.draw(from + i, noise);
                double time = trajectories.time(noise, use);
                set(from + i, time, time, 1, 1.0 / config.batch());
                if (i < restartSamples(b)) {
                    double c = restarts.setRegression(this, from + i, trajectories.startTime(noise, use));
                    setFactor(from + i, 1 / (c * c), 1 / (c * c * config.batch()));
                }
            }
        }
    }

    /** Index of the noise of a row that bootstraps, or is new to a regression. */
    long noise(int row) {
        return step * config.batch() + row;
    }

    /** A sample that bootstraps from time to next. */
    void setBootstrap(int row, double time, double next, double delta) {
        double c = config.solver().factor(schedule, time, next);
        set(row, time, next, loss.weight(delta, c), loss.bootstrapFactor(delta, c, bootstrapSamples, boundarySamples));
    }

    /** A sample that learns the derivative at a time: a step with c = λ'/(1 + λ') and the derivative times 1 − c. */
    void setDerivative(int row, double time) {
        double rest = 1 / (1 + schedule.lambdaDerivative(time));
        double before = Math.max(time - Objective.DIFFERENCE, schedule.tMin());
        double after = Math.min(time + Objective.DIFFERENCE, schedule.tMax());
        double c = 1 - rest;
        set(row, time, time, loss.weight(1, c), loss.bootstrapFactor(1, c, bootstrapSamples, boundarySamples));
        coefficients[row * SignalCoefficients.COUNT + SignalCoefficients.STEP] = (float) c;
        timeTangent[row] = (float) (rest * head.outputFactor() * schedule.networkTimeDerivative(time));
        networkBefore[row] = (float) schedule.networkTime(before);
        networkAfter[row] = (float) schedule.networkTime(after);
        difference[row] = (float) ((after - before) / rest);
    }

    /**
     * A sample at t_max whose target is the teacher's prediction: a step with c = 1 from the pure noise.
     *
     * @param delta of the step; 1 for a derivative, as in {@link #setDerivative}
     */
    void setBoundary(int row, double delta) {
        double time = schedule.tMax();
        set(row, time, time, loss.weight(delta, 1), loss.boundaryFactor(delta, bootstrapSamples, boundarySamples));
        coefficients[row * SignalCoefficients.COUNT + SignalCoefficients.STEP] = 1;
    }

    private void set(int row, double time, double next, double w, double share) {
        t[row] = time;
        s[row] = next;
        networkT[row] = (float) schedule.networkTime(time);
        networkS[row] = (float) schedule.networkTime(next);
        second[row] = config.solver().second(schedule, time, next);
        networkSecond[row] = (float) schedule.networkTime(second[row]);
        int offset = row * SignalCoefficients.COUNT;
        ode.coefficients(config.solver(), prediction, time, next, coefficients, offset);
        coefficients[offset + SignalCoefficients.HEAD_NOISE] = (float) head.noiseFactor();
        coefficients[offset + SignalCoefficients.HEAD_OUTPUT] = (float) head.outputFactor();
        coefficients[offset + SignalCoefficients.GUIDANCE] = samples.guidance[row];
        coefficients[offset + SignalCoefficients.CLIP] = (float) clip;
        setFactor(row, w, share);
    }

    private void setFactor(int row, double w, double share) {
        weight[row] = w;
        factor[row] = share;
        coefficients[row * SignalCoefficients.COUNT + SignalCoefficients.GRADIENT] = (float) (2 * share / imageSize);
    }
}
