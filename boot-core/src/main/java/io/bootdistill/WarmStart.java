package io.bootdistill;

import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.network.ImageShape;

/**
 * The warm start of a block of samples: targets from the teacher's own trajectories, y_θ(ε, t_i) ← y_{t_i} for points t_i
 * from t_max to t_min, with the sampler's result at t_min (mid-training as in CMT, arXiv 2509.24526). One trajectory serves
 * as many samples as it has points, so a step costs less than one that bootstraps.
 */
final class WarmStart implements AutoCloseable {

    private final ImageShape shape;
    private final Trajectory trajectory;
    private final TrajectoryWalk walk;

    /** Single samples of the signals and of the targets, made once: a step allocates nothing. */
    private final Tensor[] signals;

    private final Tensor[] targets;

    WarmStart(
            Teacher teacher, Trajectory trajectory, TeacherPlan plan, Kernels kernels, double clip, Device device, int block,
            Tensor target) {
        shape = teacher.shape();
        this.trajectory = trajectory;
        walk = new TrajectoryWalk(teacher, trajectory, plan, kernels, clip, device, block);
        signals = new Tensor[block];
        targets = new Tensor[block];
        for (int i = 0; i < block; i++) {
            signals[i] = sample(walk.y(), i);
            targets[i] = sample(target, i);
        }
    }

    static Trajectory trajectory(DistillationConfig config, NoiseSchedule schedule) {
        return Trajectory.reference(schedule, config.solver(), config.warmStartSteps());
    }

    private Tensor sample(Tensor all, int i) {
        return Tensor.of(all.data().slice((long) i * shape.size(), shape.size()), shape.channels());
    }

    /** Writes the targets of a block that {@link Batch#draw} has drawn for a warm start, whose noise is given. */
    void run(Kernels kernels, BatchMemory.Block block, Tensor noise) {
        Batch batch = block.batch();
        int from = block.from();
        int samples = block.samples();
        int noises = batch.noises(block.index());
        int last = trajectory.evaluations() - 1;
        walk.run(noises, noise, batch.guidance, batch.condition, from, evaluation -> {
            for (int i = 0; i < samples; i++) {
                int point = batch.point[from + i];
                // y after evaluation j is the signal at point j + 1; the first stands for t_max, too, the last for the sample
                int wanted = point == last ? last : Math.max(0, point - 1);
                if (wanted == evaluation) {
                    kernels.affine(shape.pixels(), signals[i % noises], 1, 0, null, targets[i]);
                }
            }
        });
    }

    @Override
    public void close() {
        walk.close();
    }
}
