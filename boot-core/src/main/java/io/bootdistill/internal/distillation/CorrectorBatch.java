package io.bootdistill.internal.distillation;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.Slice;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.internal.sampling.Head;
import io.bootdistill.internal.work.DeviceColumns;
import io.bootdistill.network.ConditionShape;
import java.util.Arrays;

/**
 * The samples that the {@link Corrector} sees in a step, beside the others: a pure function of (seed, step), on the host and in
 * device memory. They lie in as many blocks as the batch where they are enough, so that each worker has its share of both.
 */
public final class CorrectorBatch implements AutoCloseable {

    /** Draws of the run's seed, beside those of {@link Batch}. */
    private static final int SAMPLE = 10;

    private static final int AGAIN = 13;
    private static final int TIME = 14;

    /** τ lies in this part of [t_min, t_max]: below, x_τ says nothing new; above, nothing of the sample is left in it. */
    private static final double LOWEST = 0.02;

    private static final double HIGHEST = 0.95;

    /** Share of the corrector's steps at their start that the online network has to itself. */
    private static final double ALONE = 0.1;

    /**
     * A block of samples.
     *
     * @param seeds of the noise that the student reads
     * @param coefficients for the student's signal and the step of its gradient
     * @param again seeds of the noise at τ
     * @param teacher coefficients for x_τ and for the teacher's prediction from it
     * @param online coefficients for the online network's
     * @param learnt coefficients for the output that the online network learns
     * @param divisor of f_φ in the target; with the opposite sign, of f_ψ
     * @param residual ‖r‖² of the online network, written
     */
    record Block(
            int samples, Slice seeds, Slice coefficients, BlockInputs atS, Slice again, Slice teacher, Slice online,
            Slice learnt, BlockInputs atTau, Slice divisor, Slice opposite, Slice residual) {}

    private final DistillationConfig config;
    private final NoiseSchedule schedule;
    private final Prediction teacherOutput;
    private final Prediction onlineOutput;
    private final SampleDraws samples;
    private final int rows;
    private final int blocks;
    private final float[] coefficients;
    private final float[] again;
    private final float[] teacher;
    private final float[] online;
    private final float[] learnt;
    private final float[] networkTau;
    private final float[] divisor;
    private final float[] opposite;
    private final double[] tau;
    private final DeviceColumns columns;
    private final Block[] blockAt;

    /**
     * @param teacherOutput what the outputs of the teacher mean
     * @param studentOutput what those of the student mean
     * @param onlineOutput what those of the online network mean
     */
    public CorrectorBatch(
            DistillationConfig config, NoiseSchedule schedule, Prediction teacherOutput, Prediction studentOutput,
            Prediction onlineOutput, double clip, ConditionSource conditions, ConditionShape conditionShape, int imageSize,
            Device device) {
        this.config = config;
        this.schedule = schedule;
        this.teacherOutput = teacherOutput;
        this.onlineOutput = onlineOutput;
        rows = config.correctedSamples();
        blocks = Math.min(rows, (config.batch() + config.block() - 1) / config.block());
        samples = new SampleDraws(config, conditions, conditionShape, rows, SAMPLE);
        coefficients = new float[rows * SignalCoefficients.COUNT];
        again = new float[rows * Philox.SEED_FLOATS];
        teacher = new float[coefficients.length];
        online = new float[coefficients.length];
        learnt = new float[coefficients.length];
        networkTau = new float[rows];
        divisor = new float[rows];
        opposite = new float[rows];
        tau = new double[rows];
        double[] end = new double[rows];
        float[] networkEnd = new float[rows];
        Arrays.fill(end, schedule.tMin());
        Arrays.fill(networkEnd, (float) schedule.networkTime(schedule.tMin()));
        float[] networkStart = config.restartSamples() > 0 ? new float[rows] : null;
        if (networkStart != null) {
            Arrays.fill(networkStart, (float) schedule.networkTime(schedule.tMax()));
        }
        Head head = Head.of(studentOutput, schedule);
        float gradient = (float) (2.0 / imageSize / rows);
        for (int k = 0; k < coefficients.length; k += SignalCoefficients.COUNT) {
            coefficients[k + SignalCoefficients.HEAD_NOISE] = (float) head.noiseFactor();
            coefficients[k + SignalCoefficients.HEAD_OUTPUT] = (float) head.outputFactor();
            coefficients[k + SignalCoefficients.GRADIENT] = gradient;
            teacher[k + SignalCoefficients.HEAD_OUTPUT] = 1; // of a signal, not of an output
            teacher[k + SignalCoefficients.STEP] = 1;
            teacher[k + SignalCoefficients.CLIP] = (float) clip;
            online[k + SignalCoefficients.STEP] = 1;
            online[k + SignalCoefficients.CLIP] = (float) clip;
            learnt[k + SignalCoefficients.HEAD_OUTPUT] = 1;
            learnt[k + SignalCoefficients.STEP] = 1;
            learnt[k + SignalCoefficients.GRADIENT] = gradient;
        }
        float[] residual = new float[rows];
        float[] scale = config.drawsGuidance() ? samples.guidance : null;
        columns = new DeviceColumns(device, rows, samples.seeds, samples.condition, scale, coefficients, again, teacher, online,
                learnt, networkEnd, networkStart, networkTau, divisor, opposite, residual);
        blockAt = new Block[blocks];
        for (int b = 0; b < blocks; b++) {
            int from = (int) ((long) rows * b / blocks);
            int n = (int) ((long) rows * (b + 1) / blocks) - from;
            blockAt[b] = new Block(
                    n, columns.slice(samples.seeds, from, n), columns.slice(coefficients, from, n),
                    inputs(networkEnd, networkStart, end, scale, from, n), columns.slice(again, from, n),
                    columns.slice(teacher, from, n), columns.slice(online, from, n), columns.slice(learnt, from, n),
                    inputs(networkTau, networkStart == null ? null : networkTau, tau, scale, from, n),
                    columns.slice(divisor, from, n),
                    columns.slice(opposite, from, n), columns.slice(residual, from, n));
        }
    }

    private BlockInputs inputs(float[] networkTime, float[] start, double[] times, float[] scale, int from, int n) {
        return new BlockInputs(columns.rows(networkTime, from, n), columns.rows(start, from, n), columns.rows(scale, from, n),
                columns.rows(samples.condition, from, n), times, samples.guidance, samples.condition, from);
    }

    int blocks() {
        return blocks;
    }

    Block block(int index) {
        return blockAt[index];
    }

    /** Whether a step has such samples. */
    boolean takesPart(long step) {
        return step >= config.correctorFirstStep();
    }

    /** Draws the samples of a step and brings them to the device. */
    void draw(long step, Kernels kernels) {
        long first = config.correctorFirstStep();
        boolean alone = step - first < ALONE * (config.steps() - first);
        for (int row = 0; row < rows; row++) {
            long index = step * rows + row;
            samples.draw(row, index);
            Philox.writeSeed(Philox.seed(config.seed(), AGAIN, index), again, row * Philox.SEED_FLOATS);
            double u = LOWEST + (HIGHEST - LOWEST) * (row + Philox.uniform(config.seed(), TIME, index)) / rows;
            set(row, schedule.tMin() + u * (schedule.tMax() - schedule.tMin()), alone);
        }
        columns.upload(kernels);
    }

    private void set(int row, double t, boolean alone) {
        double alpha = schedule.alpha(t);
        double sigma = schedule.sigma(t);
        tau[row] = t;
        networkTau[row] = (float) schedule.networkTime(t);
        int k = row * SignalCoefficients.COUNT;
        teacher[k + SignalCoefficients.ALPHA_T] = (float) alpha;
        teacher[k + SignalCoefficients.SIGMA_T] = (float) sigma;
        teacher[k + SignalCoefficients.STATE_FACTOR_T] = (float) teacherOutput.stateFactor(alpha, sigma);
        teacher[k + SignalCoefficients.OUTPUT_FACTOR_T] = (float) teacherOutput.outputFactor(alpha, sigma);
        teacher[k + SignalCoefficients.GUIDANCE] = samples.guidance[row];
        online[k + SignalCoefficients.STATE_FACTOR_T] = (float) onlineOutput.stateFactor(alpha, sigma);
        online[k + SignalCoefficients.OUTPUT_FACTOR_T] = (float) onlineOutput.outputFactor(alpha, sigma);
        learnt[k + SignalCoefficients.STATE_FACTOR_T] = (float) onlineOutput.imageShare(sigma);
        learnt[k + SignalCoefficients.OUTPUT_FACTOR_T] = (float) onlineOutput.noiseShare(alpha);
        double unit = Math.abs(onlineOutput.outputFactor(alpha, sigma)); // what a difference of 1 of the outputs is in f
        divisor[row] = alone ? Float.POSITIVE_INFINITY : (float) (unit / config.correctorWeight()); // ∞: the sample itself
        opposite[row] = -divisor[row];
    }

    @Override
    public void close() {
        columns.close();
    }
}
