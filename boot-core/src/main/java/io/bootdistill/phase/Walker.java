package io.bootdistill.phase;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.TeacherPlan;
import io.bootdistill.internal.sampling.Trajectory;
import io.bootdistill.internal.sampling.TrajectoryInputs;
import io.bootdistill.internal.sampling.TrajectoryWalk;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Worker;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Takes new noises along the walks of a stage, on one worker, and leaves their signals in the ring. */
final class Walker implements AutoCloseable {

    private final int stage;
    private final PhaseDraws draws;
    private final int pixels;
    private final Kernels kernels;
    private final Tensor noise;
    private final float start;
    private final WalkRing ring;
    private final TrajectoryWalk walk;

    /** Made once: a step allocates nothing. */
    private final IntConsumer keep = this::keep;

    /** What is being solved. */
    private int block;
    private int count;

    /** @param teacher of the stage, on the worker; the caller's */
    Walker(Classroom room, PhaseDraws draws, int stage, Trajectory trajectory, TeacherPlan teacher, Worker worker, WalkRing ring) {
        this.stage = stage;
        this.draws = draws;
        this.ring = ring;
        pixels = room.shape().pixels();
        kernels = worker.kernels();
        noise = worker.noise();
        start = (float) trajectory.start();
        walk = new TrajectoryWalk(room.shape(), trajectory, teacher, kernels, room.student().device(),
                draws.fresh(stage, room.block()), noise);
    }

    /** Solves the first noises of a block: the same calls each time. */
    void solve(int block, PhaseDraws.Part part, TrajectoryInputs inputs) {
        this.block = block;
        count = draws.fresh(stage, part.samples());
        kernels.noise(count, pixels, part.seeds(), 0, noise);
        kernels.affine((long) count * pixels, noise, start, 0, null, ring.place(stage, block, 0));
        walk.run(count, inputs, keep);
    }

    private void keep(int evaluation) {
        @Nullable Tensor place = ring.place(stage, block, evaluation + 1);
        if (place != null) {
            kernels.affine((long) count * pixels, walk.y(), 1, 0, null, place);
        }
    }

    @Override
    public void close() {
        walk.close();
    }
}
