package io.bootdistill.objective;

import io.bootdistill.device.Tensor;
import io.bootdistill.internal.sampling.TrajectoryInputs;
import io.bootdistill.internal.sampling.TrajectoryWalk;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Worker;
import java.util.function.IntConsumer;

/** Walks a block's new noises along their trajectories, on one worker, and leaves their signals. */
final class TrajectorySolver implements AutoCloseable {

    private final Worker worker;
    private final SolvedSignals solved;
    private final TrajectoryWalk walk;

    /** Made once: a step allocates nothing. */
    private final IntConsumer keep = this::keep;

    /** What is being solved. */
    private int block;
    private int count;

    TrajectorySolver(Classroom room, TrajectoryDraws draws, SolvedSignals solved, Worker worker) {
        this.worker = worker;
        this.solved = solved;
        walk = new TrajectoryWalk(room.shape(), draws.trajectory(), worker.teacher(), worker.kernels(),
                room.student().device(), draws.fresh(room.block()), worker.noise());
    }

    /** Solves the first noises of a block: the same calls each time. */
    void solve(int block, int count, Tensor noise, TrajectoryInputs inputs) {
        this.block = block;
        this.count = count;
        worker.copy(count, noise, worker.noise());
        walk.run(count, inputs, keep);
    }

    private void keep(int evaluation) {
        Tensor place = solved.place(block, evaluation);
        if (place != null) {
            worker.copy(count, walk.y(), place);
        }
    }

    @Override
    public void close() {
        walk.close();
    }
}
