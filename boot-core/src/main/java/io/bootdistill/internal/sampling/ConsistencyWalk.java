package io.bootdistill.internal.sampling;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.TeacherPlan;
import io.bootdistill.network.ImageShape;
import java.util.function.IntConsumer;

/** Takes a block of samples from noise by the steps of a consistency model, each but the last with noise of its own. */
final class ConsistencyWalk implements AutoCloseable {

    private final ImageShape shape;
    private final Trajectory trajectory;
    private final TeacherPlan plan;
    private final Kernels kernels;
    private final Tensor noise;
    private final DeviceMemory memory;
    private final Tensor y;
    private final Tensor again;
    private final Slice seeds;
    private final float[] seedFloats;
    private final SignalStep step;

    /** The plan, the kernels and the noise stay the caller's; see {@link TrajectoryWalk}. */
    ConsistencyWalk(
            ImageShape shape, Trajectory trajectory, TeacherPlan plan, Kernels kernels, Device device, int block,
            Tensor noise) {
        this.shape = shape;
        this.trajectory = trajectory;
        this.plan = plan;
        this.kernels = kernels;
        this.noise = noise;
        long size = (long) block * shape.size();
        seedFloats = new float[block * Philox.SEED_FLOATS];
        memory = device.allocate(2 * size + seedFloats.length);
        y = Tensor.of(memory.slice(0, size), shape.channels());
        again = Tensor.of(memory.slice(size, size), shape.channels());
        seeds = memory.slice(2 * size, seedFloats.length);
        step = new SignalStep(0, noise, plan.x(), plan.output(), plan.nullOutput(), null, y, null, y, null);
    }

    /**
     * Walks n samples.
     *
     * @param seed of each sample's further noise
     */
    void run(int n, TrajectoryInputs inputs, long[] seed, IntConsumer evaluated) {
        for (int i = 0; i < n; i++) {
            Philox.writeSeed(seed[i], seedFloats, i * Philox.SEED_FLOATS);
        }
        kernels.upload(seedFloats, 0, seeds);
        long count = (long) n * shape.pixels();
        kernels.affine(count, noise, 1, 0, null, plan.x());
        for (int i = 0; i < trajectory.evaluations(); i++) {
            plan.run(kernels, n, inputs.first(i).inputs());
            kernels.fill(y.data(), 0);
            kernels.signalStep(n, shape.pixels(), inputs.first(i).coefficients(), step);
            kernels.affine(count, y, (float) trajectory.consistency().outs()[i], 0, null, y);
            kernels.affine(count, plan.x(), (float) trajectory.consistency().skips()[i], 0, y, y);
            kernels.affine(count, y, (float) trajectory.alphas()[i], 0, null, plan.x());
            if (i + 1 < trajectory.evaluations()) {
                kernels.noise(n, shape.pixels(), seeds, i + 1, again);
                kernels.affine(count, again, (float) trajectory.sigmas()[i], 0, plan.x(), plan.x());
            }
            evaluated.accept(i);
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
