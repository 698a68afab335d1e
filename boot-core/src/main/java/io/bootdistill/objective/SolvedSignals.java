package io.bootdistill.objective;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.lesson.Blocks;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.network.ImageShape;
import org.jspecify.annotations.Nullable;

/** The signals of a step's new noises after each evaluation of their trajectories, in device memory. */
final class SolvedSignals implements AutoCloseable {

    private final TrajectoryDraws draws;
    private final ImageShape shape;
    private final DeviceMemory memory;
    private final Tensor atEnd;

    /** [block][evaluation]; null where no point is there. */
    private final @Nullable Tensor[][] solved;

    /** The same, one by one: [block][evaluation][noise]. */
    private final @Nullable Tensor[][][] noises;

    SolvedSignals(Classroom room, TrajectoryDraws draws) {
        this.draws = draws;
        shape = room.shape();
        Blocks blocks = draws.rows.blocks;
        int fresh = draws.fresh(room.block());
        int evaluations = draws.trajectory().evaluations();
        int kept = draws.isAtEnd() ? 1 : evaluations;
        solved = new @Nullable Tensor[blocks.count()][evaluations];
        noises = new @Nullable Tensor[blocks.count()][evaluations][fresh];
        memory = room.student().device().allocate((long) kept * blocks.count() * fresh * shape.size());
        int at = 0;
        for (int evaluation = evaluations - kept; evaluation < evaluations; evaluation++) {
            for (int block = 0; block < blocks.count(); block++) {
                solved[block][evaluation] = images(at, fresh);
                for (int i = 0; i < fresh; i++) {
                    noises[block][evaluation][i] = images(at++, 1);
                }
            }
        }
        int last = blocks.count() * fresh;
        atEnd = images(at - last, last);
    }

    private Tensor images(int from, int count) {
        return Tensor.of(memory.slice((long) from * shape.size(), (long) count * shape.size()), shape.channels());
    }

    /** Where a walk leaves the signals of a block's new noises after an evaluation; null where no point is there. */
    @Nullable Tensor place(int block, int evaluation) {
        return solved[block][evaluation];
    }

    /** The samples that the trajectories end with, of all blocks. */
    Tensor atEnd() {
        return atEnd;
    }

    /** Writes the signal of a noise at a time: between those after two evaluations, but in the first step and at the end. */
    void at(Kernels kernels, int block, int noise, double t, Tensor to) {
        @Nullable Tensor[][] signal = noises[block];
        int step = draws.step(t);
        int pixels = shape.pixels();
        if (step == 0 || step == draws.trajectory().evaluations() - 1) {
            kernels.affine(pixels, signal[step][noise], 1, 0, null, to);
        } else {
            float share = (float) draws.share(step, t);
            kernels.affine(pixels, signal[step][noise], share, 0, null, to);
            kernels.affine(pixels, signal[step - 1][noise], 1 - share, 0, to, to);
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
