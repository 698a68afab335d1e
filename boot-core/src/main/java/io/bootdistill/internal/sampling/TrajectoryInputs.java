package io.bootdistill.internal.sampling;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.GuidanceInterval;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.diffusion.SignalRow;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link TrajectoryWalk} reads of the host, for a block of samples: times, coefficients, guidance and conditions of all
 * its evaluations, brought to the device before it. So the walk itself is the same calls each time, and can be captured.
 */
public final class TrajectoryInputs implements AutoCloseable {

    /** A call of the teacher, and the step that follows it. */
    record Stage(BlockInputs inputs, Slice coefficients) {}

    private final NoiseSchedule schedule;
    private final Prediction prediction;
    private final double clip;
    private final GuidanceInterval interval;
    private final int samples;
    private final Stage[] first;

    /** Null where an evaluation has no second stage. */
    private final @Nullable Stage[] second;

    private final DeviceMemory memory;
    private final Slice all;

    /** Everything, as it lies in device memory: coefficients and network times of each stage, then scales and conditions. */
    private final float[] values;

    private final int stageFloats;
    private final int stages;
    private final double[] calls;
    private final SignalRow row = new SignalRow();
    private final float[] scales;
    private final float[] conditions;
    private final int conditionFloats;

    /**
     * @param prediction what the teacher's outputs mean
     * @param interval the times at which it is guided
     */
    public TrajectoryInputs(
            NoiseSchedule schedule, int conditionFloats, Trajectory trajectory, Prediction prediction, double clip,
            GuidanceInterval interval, Device device, int samples) {
        this.schedule = schedule;
        this.prediction = prediction;
        this.clip = clip;
        this.interval = interval;
        this.samples = samples;
        int evaluations = trajectory.evaluations();
        int twice = 0;
        for (int i = 0; i < evaluations; i++) {
            twice += trajectory.isTwice(i) ? 1 : 0;
        }
        stages = evaluations + twice;
        calls = new double[stages];
        stageFloats = samples * (SignalCoefficients.COUNT + 1);
        this.conditionFloats = conditionFloats;
        values = new float[stages * stageFloats + samples * (1 + conditionFloats)];
        scales = new float[samples];
        conditions = new float[samples * conditionFloats];
        memory = device.allocate(values.length);
        all = memory.slice();
        first = new Stage[evaluations];
        second = new Stage[evaluations];
        try {
            lay(trajectory);
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
    }

    /** Fills in all that does not depend on the samples. */
    private void lay(Trajectory trajectory) {
        int stage = 0;
        for (int i = 0; i < trajectory.evaluations(); i++) {
            double t = trajectory.times()[i];
            double c = trajectory.steps()[i];
            double alpha = trajectory.alphas()[i];
            double sigma = trajectory.sigmas()[i];
            if (!trajectory.isTwice(i)) {
                first[i] = stage(stage++, t, t, t, c, alpha, sigma, 1 + trajectory.extrapolation(i));
                continue;
            }
            double m = trajectory.seconds()[i];
            if (trajectory.solver() == Solver.HEUN) {
                first[i] = stage(stage++, t, t, m, c, alpha, sigma, 0.5);
                second[i] = stage(stage++, m, t, m, c, alpha, sigma, 0.5);
            } else { // midpoint: see SignalOde.coefficients
                double half = schedule.step(t, m);
                first[i] = stage(stage++, t, t, m, half, schedule.alpha(m), schedule.sigma(m), 1);
                second[i] = stage(stage++, m, t, m, half, alpha, sigma, c / half);
            }
        }
    }

    /**
     * @param call time of the teacher's call
     * @param t time of the evaluation
     * @param m of its second call; t where there is none
     * @param c the factor of the step
     * @param alpha α of the state after it
     * @param sigma σ of the state after it
     * @param mean share of the second evaluation; of the multistep solver, that of this one
     */
    private Stage stage(int index, double call, double t, double m, double c, double alpha, double sigma, double mean) {
        int from = index * stageFloats;
        calls[index] = call;
        for (int i = 0; i < samples; i++) {
            row.at(values, from + i * SignalCoefficients.COUNT)
                    .prediction(prediction, schedule.alpha(t), schedule.sigma(t))
                    .secondPrediction(prediction, schedule.alpha(m), schedule.sigma(m))
                    .clip(clip).step(c).nextState(alpha, sigma).mean(mean);
        }
        int coefficients = samples * SignalCoefficients.COUNT;
        Arrays.fill(values, from + coefficients, from + stageFloats, (float) schedule.networkTime(call));
        double[] times = new double[samples];
        Arrays.fill(times, call);
        long end = (long) stages * stageFloats;
        Tensor scale = Tensor.of(memory.slice(end, samples), 1);
        Tensor condition = conditionFloats == 0 ? null
                : Tensor.of(memory.slice(end + samples, (long) samples * conditionFloats), conditionFloats);
        BlockInputs inputs = new BlockInputs(
                Tensor.of(memory.slice(from + coefficients, samples), 1), null, scale, condition, times, scales, conditions, 0);
        return new Stage(inputs, memory.slice(from, coefficients));
    }

    Stage first(int evaluation) {
        return first[evaluation];
    }

    /** Null where there is none. */
    @Nullable Stage second(int evaluation) {
        return second[evaluation];
    }

    /**
     * Brings n samples to the device.
     *
     * @param guidance w of each sample, the first of them at {@code from}; so the conditions, null where there are none
     */
    public void upload(Kernels kernels, int n, float[] guidance, float @Nullable [] condition, int from) {
        System.arraycopy(guidance, from, scales, 0, n);
        System.arraycopy(scales, 0, values, stages * stageFloats, n);
        for (int stage = 0; stage < stages; stage++) {
            for (int i = 0; i < n; i++) {
                row.at(values, stage * stageFloats + i * SignalCoefficients.COUNT)
                        .guidance(interval.scale(scales[i], calls[stage]));
            }
        }
        if (conditionFloats > 0) {
            System.arraycopy(condition, from * conditionFloats, conditions, 0, n * conditionFloats);
            System.arraycopy(conditions, 0, values, stages * stageFloats + samples, n * conditionFloats);
        }
        kernels.upload(values, 0, all);
    }

    @Override
    public void close() {
        memory.close();
    }
}
