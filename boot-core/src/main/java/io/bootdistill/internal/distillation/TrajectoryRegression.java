package io.bootdistill.internal.distillation;

import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.sampling.TeacherPlan;
import io.bootdistill.internal.sampling.TrajectoryWalk;
import io.bootdistill.network.ImageShape;
import java.util.function.IntConsumer;

/**
 * Targets from the teacher's own trajectories, on one worker: y_θ(ε, t) ← y_t for times t from t_max to t_min, with the
 * sampler's result at t_min. At t_min alone it is the distillation of Luhman and Luhman (arXiv 2101.02388); as the
 * start of a run, the mid-training of CMT (arXiv 2509.24526). No step of it learns from the student's own errors, and a
 * trajectory of the multistep solver costs few calls of the teacher, shared by the samples that use it.
 */
public final class TrajectoryRegression implements AutoCloseable {

    private final ImageShape shape;
    private final TrajectoryBuffer buffer;
    private final Kernels kernels;
    private final Tensor noise;
    private final TrajectoryWalk walk;

    /** Made once: a step allocates nothing. */
    private final IntConsumer keep = this::keep;

    /** The block whose trajectories are being solved. */
    private int index;

    /** Their number. */
    private int fresh;

    /** The plan, the kernels and the noise, which is overwritten, stay the caller's. */
    TrajectoryRegression(
            ImageShape shape, TrajectoryBuffer buffer, TeacherPlan plan, Kernels kernels, Device device, int block,
            Tensor noise) {
        this.noise = noise;
        this.shape = shape;
        this.buffer = buffer;
        this.kernels = kernels;
        walk = new TrajectoryWalk(shape, buffer.draws.trajectory(), plan, kernels, device, buffer.draws.fresh(block), noise);
    }

    /** Solves the trajectories of the block's first noises: for that, the same calls each time. */
    void solve(BatchMemory.Block block) {
        index = block.index();
        fresh = buffer.draws.fresh(block.samples());
        kernels.noise(fresh, shape.pixels(), block.seeds(), 0, noise);
        walk.run(fresh, buffer.inputs(index), keep);
    }

    private void keep(int evaluation) {
        Tensor solved = buffer.solved(index, evaluation);
        if (solved != null) {
            kernels.affine((long) fresh * shape.pixels(), walk.y(), 1, 0, null, solved);
        }
    }

    @Override
    public void close() {
        walk.close();
    }
}
