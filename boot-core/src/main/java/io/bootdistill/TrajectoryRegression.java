package io.bootdistill;

import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.network.ImageShape;

/**
 * Targets from the teacher's own trajectories, on one worker: y_θ(ε, t_i) ← y_{t_i} for the points t_i from t_max to t_min, with
 * the sampler's result at t_min. At t_min alone it is the distillation of Luhman and Luhman (arXiv 2101.02388); as the start of
 * a run, the mid-training of CMT (arXiv 2509.24526). No step of it learns from the student's own errors, and a trajectory of the
 * multistep solver costs few calls of the teacher, shared by the samples that use it.
 */
final class TrajectoryRegression implements AutoCloseable {

    private final ImageShape shape;
    private final TrajectoryBuffer buffer;
    private final TrajectoryWalk walk;

    /** Single samples of the signals and of the targets, made once: a step allocates nothing. */
    private final Tensor[] signals;

    private final Tensor[] targets;

    private final float[] values;

    TrajectoryRegression(
            Teacher teacher, Trajectory trajectory, TeacherPlan plan, TrajectoryBuffer buffer, Kernels kernels, double clip,
            Device device, int block, Tensor target) {
        shape = teacher.shape();
        this.buffer = buffer;
        walk = new TrajectoryWalk(teacher, trajectory, plan, kernels, clip, device, block);
        signals = new Tensor[block];
        targets = new Tensor[block];
        values = new float[shape.size()];
        for (int i = 0; i < block; i++) {
            signals[i] = sample(walk.y(), i);
            targets[i] = sample(target, i);
        }
    }

    private Tensor sample(Tensor all, int i) {
        return Tensor.of(all.data().slice((long) i * shape.size(), shape.size()), shape.channels());
    }

    /** Solves the trajectories of the block's first noises and keeps the signals that will be asked for. */
    void solve(Kernels kernels, BatchMemory.Block block, Tensor noise) {
        Batch batch = block.batch();
        TrajectoryDraws draws = batch.trajectories;
        int fresh = draws.fresh(block.samples());
        int uses = batch.config.trajectoryUses();
        walk.run(fresh, noise, batch.samples.guidance, batch.samples.condition, block.from(), evaluation -> {
            for (int i = 0; i < fresh; i++) {
                for (int use = 0; use < uses; use++) {
                    if (draws.evaluation(draws.point(batch.noise(block.from() + i), use)) == evaluation) {
                        Tensor cell = buffer.cell(block.index(), batch.step, i, use);
                        copy(kernels, signals[i], cell);
                        buffer.round(kernels, cell, values);
                    }
                }
            }
        });
    }

    /** Writes the targets of a block. */
    void targets(Kernels kernels, BatchMemory.Block block) {
        Batch batch = block.batch();
        int fresh = batch.trajectories.fresh(block.samples());
        for (int i = 0; i < block.samples(); i++) {
            int use = i / fresh;
            copy(kernels, buffer.cell(block.index(), batch.trajectories.origin(batch.step, use), i % fresh, use), targets[i]);
        }
    }

    private void copy(Kernels kernels, Tensor from, Tensor to) {
        kernels.affine(shape.pixels(), from, 1, 0, null, to);
    }

    @Override
    public void close() {
        walk.close();
    }
}
