package io.bootdistill;

import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.network.ImageShape;
import java.util.function.IntConsumer;

/**
 * Targets from the teacher's own trajectories, on one worker: y_θ(ε, t_i) ← y_{t_i} for the points t_i from t_max to t_min,
 * with the sampler's result at t_min. At t_min alone it is the distillation of Luhman and Luhman (arXiv 2101.02388); as the
 * start of a run, the mid-training of CMT (arXiv 2509.24526). No step of it learns from the student's own errors, and a
 * trajectory of the multistep solver costs few calls of the teacher, shared by the samples that use it.
 */
final class TrajectoryRegression implements AutoCloseable {

    private final ImageShape shape;
    private final TrajectoryBuffer buffer;
    private final Kernels kernels;
    private final TrajectoryWalk walk;

    /** Single samples of the signals and of the targets, made once: a step allocates nothing. */
    private final Tensor[] signals;

    private final Tensor[] targets;

    private final float[] values;
    private final IntConsumer keep = this::keep;

    /** The block whose trajectories are being solved. */
    private BatchMemory.Block solving;

    TrajectoryRegression(
            Teacher teacher, TeacherPlan plan, TrajectoryBuffer buffer, Kernels kernels, double clip,
            Device device, int block, Tensor target) {
        shape = teacher.shape();
        this.buffer = buffer;
        this.kernels = kernels;
        walk = new TrajectoryWalk(teacher, buffer.draws.trajectory(), plan, kernels, clip, device, block);
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
    void solve(BatchMemory.Block block, Tensor noise) {
        solving = block;
        Batch batch = block.batch();
        int fresh = buffer.draws.fresh(block.samples());
        walk.run(fresh, noise, batch.samples.guidance, batch.samples.condition, block.from(), keep);
    }

    private void keep(int evaluation) {
        Batch batch = solving.batch();
        TrajectoryDraws draws = buffer.draws;
        int fresh = draws.fresh(solving.samples());
        for (int i = 0; i < fresh; i++) {
            for (int use = 0; use < draws.points(); use++) {
                if (draws.evaluation(draws.point(batch.noise(solving.from() + i), use)) == evaluation) {
                    Tensor cell = buffer.cell(solving.index(), batch.step, i, use);
                    copy(signals[i], cell);
                    buffer.round(kernels, cell, values);
                }
            }
        }
    }

    /** Writes the targets of a block. */
    void targets(BatchMemory.Block block) {
        Batch batch = block.batch();
        int fresh = buffer.draws.fresh(block.samples());
        for (int i = 0; i < block.samples(); i++) {
            int use = i / fresh;
            copy(buffer.cell(block.index(), buffer.draws.origin(batch.step, use), i % fresh, use), targets[i]);
        }
    }

    private void copy(Tensor from, Tensor to) {
        kernels.affine(shape.pixels(), from, 1, 0, null, to);
    }

    @Override
    public void close() {
        walk.close();
    }
}
