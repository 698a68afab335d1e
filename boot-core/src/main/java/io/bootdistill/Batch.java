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

    private final DistillationConfig config;
    private final NoiseSchedule schedule;
    private final SignalOde ode;
    private final Prediction prediction;
    private final Head head;
    private final BootstrapLoss loss;
    private final ConditionSource conditions;
    private final double clip;
    private final int conditionFloats;
    private final int labels;
    private final int imageSize;

    final int block;
    final int bootstrapSamples;
    final int boundarySamples;
    final int blocks;
    final int rows;

    /** Where the samples lie in the arrays below. */
    final int[] bootstrapRow;

    final int[] boundaryRow;

    /** [rows][{@link Philox#SEED_FLOATS}]. */
    final float[] seeds;

    final double[] t;
    final double[] s;
    final float[] networkT;
    final float[] networkS;
    final float[] condition;
    final float[] coefficients;

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
        condition = new float[rows * conditionFloats];
        coefficients = new float[rows * SignalCoefficients.COUNT];
        weight = new double[rows];
        factor = new double[rows];
        Arrays.fill(t, schedule.tMax());
        Arrays.fill(s, schedule.tMax());
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

    /** δ of a step, from start to end geometrically over the run. */
    double delta(long step) {
        double progress = config.steps() == 1 ? 0 : (double) step / (config.steps() - 1);
        return config.deltaStart() * Math.pow(config.deltaEnd() / config.deltaStart(), progress);
    }

    /** Draws the samples of a step: t stratified over [t_min + δ, t_max], s = t − δ. */
    void draw(long step) {
        double delta = Math.min(delta(step), (schedule.tMax() - schedule.tMin()) / 2);
        long first = step * config.batch();
        double lowest = schedule.tMin() + delta;
        for (int i = 0; i < bootstrapSamples; i++) {
            double u = (i + Philox.uniform(config.seed(), TIME, first + i)) / bootstrapSamples;
            double time = lowest + u * (schedule.tMax() - lowest);
            setBootstrap(bootstrapRow[i], time, Math.max(time - delta, schedule.tMin()), delta);
            drawSample(bootstrapRow[i], first + i);
        }
        for (int i = 0; i < boundarySamples; i++) {
            setBoundary(boundaryRow[i], delta);
            drawSample(boundaryRow[i], first + bootstrapSamples + i);
        }
    }

    private void drawSample(int row, long index) {
        Philox.writeSeed(Philox.seed(config.seed(), NOISE, index), seeds, row * Philox.SEED_FLOATS);
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
        double c = schedule.step(time, next);
        set(row, time, next, loss.weight(delta, c), loss.bootstrapFactor(delta, c, bootstrapSamples, boundarySamples));
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
        weight[row] = w;
        factor[row] = share;
        int offset = row * SignalCoefficients.COUNT;
        ode.coefficients(prediction, time, next, coefficients, offset);
        coefficients[offset + SignalCoefficients.HEAD_NOISE] = (float) head.noiseFactor();
        coefficients[offset + SignalCoefficients.HEAD_OUTPUT] = (float) head.outputFactor();
        coefficients[offset + SignalCoefficients.GUIDANCE] = (float) config.guidance();
        coefficients[offset + SignalCoefficients.CLIP] = (float) clip;
        coefficients[offset + SignalCoefficients.GRADIENT] = (float) (2 * share / imageSize);
    }
}
