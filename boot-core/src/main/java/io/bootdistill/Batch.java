package io.bootdistill;

import io.bootdistill.device.Philox;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.network.ConditionShape;
import java.util.Arrays;

/**
 * What one training step draws and computes on the host: times, conditions, seeds and the coefficients of each sample, a pure
 * function of (seed, step). The samples of the boundary are spread evenly, so that all blocks cost the same; within a block
 * they follow the bootstrap samples.
 */
final class Batch {

    /** Draws of the run's seed. */
    private static final int NOISE = 1;

    private static final int CONDITION = 2;
    private static final int TIME = 3;
    private static final int GUIDANCE = 4;

    private final NoiseSchedule schedule;
    private final SignalOde ode;
    private final Prediction prediction;
    private final Head head;
    private final Trajectory warmStart;
    private final BootstrapLoss loss;
    private final ConditionSource conditions;
    private final double clip;
    private final int conditionFloats;
    private final int labels;
    private final int imageSize;

    final DistillationConfig config;
    final int block;
    final int bootstrapSamples;
    final int boundarySamples;
    final int blocks;
    final int rows;

    /** Whether the step regresses on trajectories. */
    boolean isWarmStart;

    /** Where the samples lie in the arrays below. */
    final int[] bootstrapRow;

    final int[] boundaryRow;

    /** [rows][{@link Philox#SEED_FLOATS}]. */
    final float[] seeds;

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

    final float[] condition;

    /** Guidance scale w of each sample. */
    final float[] guidance;

    final float[] coefficients;

    /** Warm start: the point of the trajectory that a sample regresses on. */
    final int[] point;

    /** w(t) of each sample, and its share of the loss. */
    final double[] weight;

    final double[] factor;

    Batch(
            DistillationConfig config, NoiseSchedule schedule, Prediction prediction, Head head, double clip,
            ConditionSource conditions, ConditionShape conditionShape, int imageSize) {
        this.config = config;
        this.schedule = schedule;
        this.ode = new SignalOde(schedule);
        this.prediction = prediction;
        this.head = head;
        this.clip = clip;
        this.loss = config.loss();
        this.warmStart = config.warmStarts() == 0 ? null : WarmStart.trajectory(config, schedule);
        this.conditions = conditions;
        this.conditionFloats = conditionShape.floats();
        this.labels = conditionShape instanceof ConditionShape.Label label ? label.count() : 0;
        this.imageSize = imageSize;
        block = config.block();
        bootstrapSamples = config.bootstrapSamples();
        boundarySamples = config.boundarySamples();
        blocks = (config.batch() + block - 1) / block;
        bootstrapRow = new int[bootstrapSamples];
        boundaryRow = new int[boundarySamples];
        for (int b = 0; b < blocks; b++) {
            int row = firstRow(b);
            for (int i = bootstrapBefore(row); i < bootstrapBefore(firstRow(b + 1)); i++) {
                bootstrapRow[i] = row++;
            }
            for (int i = boundaryBefore(firstRow(b)); i < boundaryBefore(firstRow(b + 1)); i++) {
                boundaryRow[i] = row++;
            }
        }
        rows = config.batch();
        seeds = new float[rows * Philox.SEED_FLOATS];
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
        condition = new float[rows * conditionFloats];
        guidance = new float[rows];
        coefficients = new float[rows * SignalCoefficients.COUNT];
        point = new int[rows];
        weight = new double[rows];
        factor = new double[rows];
        Arrays.fill(t, schedule.tMax());
        Arrays.fill(s, schedule.tMax());
        Arrays.fill(second, schedule.tMax());
        Arrays.fill(tMax, schedule.tMax());
        Arrays.fill(networkTMax, (float) schedule.networkTime(schedule.tMax()));
        Arrays.fill(guidance, (float) config.guidance());
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

    private int boundaryBefore(int row) {
        return (int) ((long) row * boundarySamples / config.batch());
    }

    private int bootstrapBefore(int row) {
        return row - boundaryBefore(row);
    }

    /** δ of a step; with a relative schedule, that of t = 1. */
    double delta(long step) {
        double progress = config.steps() == 1 ? 0 : (double) step / (config.steps() - 1);
        return config.deltaSchedule().over(config.deltaStart(), config.deltaEnd(), progress);
    }

    /** Draws the samples of a step. */
    void draw(long step) {
        isWarmStart = step < config.warmStarts();
        if (isWarmStart) {
            drawWarmStart(step);
        } else {
            drawBootstrap(step);
        }
    }

    /** t over [t_min + δ, t_max], s = t − δ. */
    private void drawBootstrap(long step) {
        double delta = Math.min(delta(step), (schedule.tMax() - schedule.tMin()) / 2);
        long first = step * config.batch();
        boolean derivative = config.objective().isDerivative();
        double lowest = schedule.tMin() + (derivative ? 0 : config.deltaSchedule().at(delta, schedule.tMin()));
        for (int i = 0; i < bootstrapSamples; i++) {
            double random = Philox.uniform(config.seed(), TIME, first + i);
            double u = config.timeSampling().place(i, bootstrapSamples, random, step, config.steps());
            double time = lowest + u * (schedule.tMax() - lowest);
            drawSample(bootstrapRow[i], first + i);
            if (derivative) {
                setDerivative(bootstrapRow[i], time);
            } else {
                double own = config.deltaSchedule().at(delta, time);
                setBootstrap(bootstrapRow[i], time, Math.max(time - own, schedule.tMin()), own);
            }
        }
        for (int i = 0; i < boundarySamples; i++) {
            drawSample(boundaryRow[i], first + bootstrapSamples + i);
            setBoundary(boundaryRow[i], delta);
        }
    }

    /** The rows of a block share {@link #noises} noises, and regress on points of their trajectories, spread evenly. */
    private void drawWarmStart(long step) {
        long first = step * config.batch();
        for (int b = 0; b < blocks; b++) {
            int from = firstRow(b);
            int samples = samples(b);
            for (int i = 0; i < samples; i++) {
                int row = from + i;
                drawSample(row, first + from + i % noises(b));
                double place = (i + Philox.uniform(config.seed(), TIME, first + row)) / samples;
                point[row] = (int) (place * warmStart.evaluations());
                double time = warmStart.times()[point[row]];
                set(row, time, time, 1, 1.0 / config.batch());
            }
        }
    }

    /** Noises of a block of the warm start: about as many as give each point of a trajectory one sample. */
    int noises(int blockIndex) {
        return (samples(blockIndex) + warmStart.evaluations() - 1) / warmStart.evaluations();
    }

    private void drawSample(int row, long index) {
        Philox.writeSeed(Philox.seed(config.seed(), NOISE, index), seeds, row * Philox.SEED_FLOATS);
        if (config.drawsGuidance()) {
            double u = Philox.uniform(config.seed(), GUIDANCE, index);
            guidance[row] = (float) (config.guidance() + u * (config.guidanceMost() - config.guidance()));
        }
        conditions.draw(Philox.seed(config.seed(), CONDITION, index), condition, row * conditionFloats);
        for (int i = row * conditionFloats; i < (row + 1) * conditionFloats; i++) {
            float value = condition[i]; // a label that is none would read and write beyond its table
            if (labels > 0 ? !(value >= 0 && value < labels && value == (int) value) : !Float.isFinite(value)) {
                throw new IllegalArgumentException("the ConditionSource drew " + value + ", must be "
                        + (labels > 0 ? "a label 0 … " + (labels - 1) : "finite"));
            }
        }
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

    /** A sample at t_max whose target is the teacher's prediction: a step with c = 1 from the pure noise. */
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
        weight[row] = w;
        factor[row] = share;
        int offset = row * SignalCoefficients.COUNT;
        ode.coefficients(config.solver(), prediction, time, next, coefficients, offset);
        coefficients[offset + SignalCoefficients.HEAD_NOISE] = (float) head.noiseFactor();
        coefficients[offset + SignalCoefficients.HEAD_OUTPUT] = (float) head.outputFactor();
        coefficients[offset + SignalCoefficients.GUIDANCE] = guidance[row];
        coefficients[offset + SignalCoefficients.CLIP] = (float) clip;
        coefficients[offset + SignalCoefficients.GRADIENT] = (float) (2 * share / imageSize);
    }
}
