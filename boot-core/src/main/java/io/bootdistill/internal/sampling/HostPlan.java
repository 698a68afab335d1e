package io.bootdistill.internal.sampling;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.TeacherPlan;
import io.bootdistill.network.ImageShape;
import org.jspecify.annotations.Nullable;

/**
 * A teacher whose output is f itself, guided with a rescale, limited by a dynamic threshold, or both. A standard deviation and a
 * quantile need all values of a sample, so they take the way over the host; those that ask for it are few.
 */
final class HostPlan implements TeacherPlan {

    private final TeacherPlan plan;
    private final NoiseSchedule schedule;
    private final @Nullable Guidance guidance;
    private final @Nullable DynamicThreshold threshold;
    private final int size;
    private final DeviceMemory memory;
    private final Tensor output;
    private final float[] x;
    private final float[] o;
    private final float[] nullO;
    private final float[] scratch;

    /**
     * Takes over the ownership of the plan.
     *
     * @param guidance null for none
     * @param threshold null for none
     */
    HostPlan(
            TeacherPlan plan, TeacherModel teacher, Device device, int block, @Nullable Guidance guidance,
            @Nullable DynamicThreshold threshold) {
        this.plan = plan;
        this.schedule = teacher.schedule();
        this.guidance = guidance;
        this.threshold = threshold;
        ImageShape shape = teacher.shape();
        size = shape.size();
        try {
            memory = device.allocate((long) block * size);
        } catch (RuntimeException | Error e) {
            plan.close();
            throw e;
        }
        output = Tensor.of(memory.slice(), shape.channels());
        x = new float[block * size];
        o = new float[x.length];
        nullO = new float[x.length];
        scratch = new float[size];
    }

    /** f itself. */
    @Override
    public Prediction prediction() {
        return Prediction.SAMPLE;
    }

    @Override
    public Tensor x() {
        return plan.x();
    }

    @Override
    public Tensor output() {
        return output;
    }

    /** Guidance is in the output. */
    @Override
    public @Nullable Tensor nullOutput() {
        return null;
    }

    @Override
    public void run(Kernels kernels, int n, BlockInputs inputs) {
        plan.run(kernels, n, inputs);
        kernels.download(plan.x().data(), x, 0);
        kernels.affine((long) n * size / output.channels(), plan.output(), 1, 0, null, output); // without a learnt variance
        kernels.download(output.data(), o, 0);
        if (plan.nullOutput() != null) {
            kernels.download(plan.nullOutput().data(), nullO, 0);
        }
        for (int sample = 0; sample < n; sample++) {
            double t = inputs.times()[inputs.from() + sample];
            int from = sample * size;
            predict(t, o, from);
            if (plan.nullOutput() != null) {
                predict(t, nullO, from);
                guidance.guide(o, nullO, inputs.scales()[inputs.from() + sample], t, from, size);
            }
            if (threshold != null) {
                threshold.limit(o, from, size, scratch);
            }
        }
        kernels.upload(o, 0, output.data());
    }

    /** f of an output, in place. */
    private void predict(double t, float[] output, int from) {
        double alpha = schedule.alpha(t);
        double sigma = schedule.sigma(t);
        double a = plan.prediction().stateFactor(alpha, sigma);
        double b = plan.prediction().outputFactor(alpha, sigma);
        for (int i = from; i < from + size; i++) {
            output[i] = (float) (a * x[i] + b * output[i]);
        }
    }

    @Override
    public boolean staysOnDevice() {
        return false;
    }

    @Override
    public void close() {
        try (plan) {
            memory.close();
        }
    }
}
