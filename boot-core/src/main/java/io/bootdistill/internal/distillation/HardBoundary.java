package io.bootdistill.internal.distillation;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.internal.sampling.TeacherPlan;
import io.bootdistill.network.ImageShape;

/**
 * The hard boundary for a block of samples: the student is y = k(t) f_φ(ε, t_max) + (1 − k(t)) ŷ_θ with
 * k(t) = ((t − t_min)/(t_max − t_min))². So it is the teacher's prediction at t_max by construction, and sampling at t_min
 * stays one network call. Consistency models fix their boundary in this way (arXiv 2303.01469, §3). Costs one teacher call
 * more per sample. The shares go from the host to the device within a step.
 */
public final class HardBoundary implements AutoCloseable {

    private final NoiseSchedule schedule;
    private final ImageShape shape;
    private final TeacherPlan teacher;
    private final Tensor noise;
    private final Tensor zero;
    private final SignalStep step;
    private final DeviceMemory memory;

    /** f_φ(ε, t_max). */
    private final Tensor f;

    private final Slice atMax;
    private final Slice atT;
    private final Slice atS;
    private final Slice divisor;
    private final float[] numbers;
    private final float[] divisors;

    /**
     * @param plan the teacher's, on this worker
     * @param zero a signal to start from, overwritten
     */
    HardBoundary(TeacherModel teacher, TeacherPlan plan, Device device, int block, Tensor noise, Tensor zero) {
        this.teacher = plan;
        this.noise = noise;
        this.zero = zero;
        schedule = teacher.schedule();
        shape = teacher.shape();
        long size = (long) block * shape.size();
        numbers = new float[block * SignalCoefficients.COUNT];
        divisors = new float[block];
        memory = device.allocate(size + 3L * numbers.length + block);
        f = Tensor.of(memory.slice(0, size), shape.channels());
        atMax = memory.slice(size, numbers.length);
        atT = memory.slice(size + numbers.length, numbers.length);
        atS = memory.slice(size + 2L * numbers.length, numbers.length);
        divisor = memory.slice(size + 3L * numbers.length, block);
        step = new SignalStep(0, noise, plan.x(), plan.output(), plan.nullOutput(), null, zero, null, f, null);
    }

    /** k(t). */
    static double share(NoiseSchedule schedule, double t) {
        double place = (t - schedule.tMin()) / (schedule.tMax() - schedule.tMin());
        return place * place;
    }

    /** The coefficients of the batch with the head of t, after {@link #begin}. */
    Slice atT() {
        return atT;
    }

    /**
     * Evaluates f_φ(ε, t_max) for the samples of a block.
     *
     * @return the coefficients of the batch with the head of s
     */
    Slice begin(Kernels kernels, BatchMemory.Block block) {
        int n = block.samples();
        double alpha = schedule.alpha(schedule.tMax());
        double sigma = schedule.sigma(schedule.tMax());
        copy(block);
        for (int k = 0; k < n * SignalCoefficients.COUNT; k += SignalCoefficients.COUNT) {
            numbers[k + SignalCoefficients.STATE_FACTOR_T] = (float) teacher.prediction().stateFactor(alpha, sigma);
            numbers[k + SignalCoefficients.OUTPUT_FACTOR_T] = (float) teacher.prediction().outputFactor(alpha, sigma);
            numbers[k + SignalCoefficients.STEP] = 1;
        }
        kernels.upload(numbers, 0, atMax);
        kernels.fill(zero.data(), 0);
        kernels.affine((long) n * shape.pixels(), noise, 1, 0, null, teacher.x());
        teacher.run(kernels, n, block.atMax());
        kernels.signalStep(n, shape.pixels(), atMax, step);
        uploadHead(kernels, block, block.batch().t, atT);
        uploadHead(kernels, block, block.batch().s, atS);
        return atS;
    }

    /** Adds k(t) f to the signals at t, and α_t k(t) f to their states. */
    void add(Kernels kernels, BatchMemory.Block block, Tensor y, Tensor x) {
        int n = block.samples();
        for (int i = 0; i < n; i++) {
            divisors[i] = (float) (1 / share(schedule, block.batch().t[block.from() + i]));
        }
        divide(kernels, n, y);
        for (int i = 0; i < n; i++) {
            double t = block.batch().t[block.from() + i];
            divisors[i] = (float) (1 / (schedule.alpha(t) * share(schedule, t)));
        }
        divide(kernels, n, x);
    }

    /** Subtracts k(s) f from the targets: what is left is for (1 − k(s)) ŷ_θ to learn. */
    void subtract(Kernels kernels, BatchMemory.Block block, Tensor target) {
        int n = block.samples();
        for (int i = 0; i < n; i++) {
            divisors[i] = (float) (-1 / share(schedule, block.batch().s[block.from() + i])); // −∞ at t_min, where k is 0
        }
        divide(kernels, n, target);
    }

    private void divide(Kernels kernels, int n, Tensor sum) {
        kernels.upload(divisors, 0, divisor);
        kernels.divideSamples(n, shape.pixels(), f, divisor, sum, sum);
    }

    private void uploadHead(Kernels kernels, BatchMemory.Block block, double[] time, Slice target) {
        copy(block);
        for (int i = 0; i < block.samples(); i++) {
            float rest = (float) (1 - share(schedule, time[block.from() + i]));
            numbers[i * SignalCoefficients.COUNT + SignalCoefficients.HEAD_NOISE] *= rest;
            numbers[i * SignalCoefficients.COUNT + SignalCoefficients.HEAD_OUTPUT] *= rest;
        }
        kernels.upload(numbers, 0, target);
    }

    private void copy(BatchMemory.Block block) {
        System.arraycopy(block.batch().coefficients, block.from() * SignalCoefficients.COUNT, numbers, 0,
                block.samples() * SignalCoefficients.COUNT);
    }

    @Override
    public void close() {
        memory.close();
    }
}
