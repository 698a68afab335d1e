package io.bootdistill.objective;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Scope;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.work.Blocks;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.lesson.Classroom;

/**
 * The signals of trajectories, in device memory. Those of a step's new noises are {@link #solved}; {@link #keep} moves them to
 * the ring of recent steps, and {@link #gather} brings from there the {@link #targets} of the step together, which depend on what
 * was drawn. What lies side by side moves as one: of a use, the signals of all blocks where these are alike.
 */
final class TrajectoryRing implements AutoCloseable {

    private final Classroom room;
    private final TrajectoryDraws draws;
    private final Blocks blocks;
    private final int size;
    private final int slots;
    private final int fresh;
    private final Scope scope = new Scope();
    private final DeviceMemory ring;

    /** Copies of a step's gathering, made once: [slot][copy]; and where they lead to. */
    private final Copies targetCopies;

    private final Copies startCopies;

    /** Of each block, after each evaluation that is needed: [block][evaluation]. */
    private final Tensor[][] solved;

    private final Tensor[] targets;
    private final Tensor[] starts;
    private final float[] slotValues;
    private final KeptSignals kept;

    TrajectoryRing(Classroom room, TrajectoryDraws draws) {
        this.room = room;
        this.draws = draws;
        blocks = draws.rows.blocks;
        size = room.shape().size();
        fresh = draws.fresh(blocks.size(blocks.count() - 1));
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        scope.close();
    }
}
