package io.bootdistill.internal.sampling;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.network.Plan;

/**
 * Takes a block of samples from noise by the few calls of a student that denoises, f̂ = A x + B F, as the schedulers of the format
 * do (DDIM's where the steps divide the number of times, see {@link FewSteps}): the state at t_max is ε alone, so that its signal
 * is y = κ ε, κ = α/(1 + σ), and the last f̂ is the sample.
 */
final class FewStepWalk implements AutoCloseable {

    private final StudentModel student;
    private final NoiseSchedule schedule;
    private final int pixels;
    private final Plan plan;
    private final Kernels kernels;
    private final CallNumbers numbers;
    private final Tensor noise;
    private final Tensor output;
    private final Tensor y;
    private final DeviceMemory memory;
    private final Tensor again;
    private final Slice seeds;
    private final SignalStep step;
    private final float[] seedFloats;

    /**
     * Plan, kernels, numbers and tensors stay the caller's.
     *
     * @param noise ε, what the walks start from, in its first rows
     * @param output what the network predicts
     * @param y written: the sample
     */
    FewStepWalk(
            StudentModel student, Plan plan, Kernels kernels, CallNumbers numbers, int block, Tensor noise, Tensor output,
            Tensor y) {
        this.student = student;
        this.plan = plan;
        this.kernels = kernels;
        this.numbers = numbers;
        this.noise = noise;
        this.output = output;
        this.y = y;
        schedule = student.schedule();
        pixels = student.shape().pixels();
        long size = (long) block * student.shape().size();
        seedFloats = new float[block * Philox.SEED_FLOATS];
        Device device = student.model().device();
        memory = device.allocate(size + seedFloats.length);
        again = Tensor.of(memory.slice(0, size), student.shape().channels());
        seeds = memory.slice(size, seedFloats.length);
        step = new SignalStep(0, noise, plan.x(), output, null, null, y, null, y, plan.x());
    }

    /**
     * Walks n samples, whose noise is in the plan's x, too.
     *
     * @param from the first of them in the request, which has the seeds of further noise
     * @param times of the calls
     */
    void run(SampleRequest request, int from, int n, FewSteps sampler, double[] times) {
        for (int i = 0; i < n; i++) {
            Philox.writeSeed(request.seed(from + i), seedFloats, i * Philox.SEED_FLOATS);
        }
        kernels.upload(seedFloats, 0, seeds);
        long count = (long) n * pixels;
        double sigma = schedule.sigma(times[0]);
        kernels.affine(count, noise, (float) (schedule.alpha(times[0]) / (1 + sigma)), 0, null, y);
        for (int i = 0; i < times.length; i++) {
            boolean isLast = i + 1 == times.length;
            numbers.uploadTime(ScalarInputs.TIME, times[i]);
            uploadStep(times[i], times[isLast ? i : i + 1]);
            plan.forward(kernels, n);
            if (!isLast && sampler == FewSteps.DDIM) {
                kernels.signalStep(n, pixels, numbers.coefficients(), step);
                continue;
            }
            kernels.signalState(n, pixels, numbers.coefficients(), plan.x(), output, y, null); // y = f̂
            if (!isLast) {
                kernels.noise(n, pixels, seeds, i + 1, again);
                kernels.affine(count, y, (float) schedule.alpha(times[i + 1]), 0, null, plan.x());
                kernels.affine(count, again, (float) schedule.sigma(times[i + 1]), 0, plan.x(), plan.x());
            }
        }
    }

    /** The same numbers for all samples: A, B, and the step from t to s with its state. */
    private void uploadStep(double t, double s) {
        double alpha = schedule.alpha(t);
        double sigma = schedule.sigma(t);
        numbers.row().solve(schedule, Solver.DDIM, student.prediction(), t, s)
                .head(student.prediction().stateFactor(alpha, sigma), student.prediction().outputFactor(alpha, sigma));
        numbers.upload();
    }

    @Override
    public void close() {
        memory.close();
    }
}
