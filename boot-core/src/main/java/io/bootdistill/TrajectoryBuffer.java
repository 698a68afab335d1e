package io.bootdistill;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.network.ImageShape;

/**
 * The signals of recent trajectories that steps to come regress on, in device memory shared by all workers: a ring of steps for
 * each block of the batch. A cell is written by the worker that solves its trajectory, and read in that step or a later one.
 */
final class TrajectoryBuffer implements AutoCloseable {

    /** Whose signals it keeps. */
    final TrajectoryDraws draws;

    private final DeviceMemory memory;

    /** Made once, so that a step allocates nothing: [block][slot][fresh noise][point]. */
    private final Tensor[] cells;

    private final boolean isSaved;
    private final int slots;
    private final int fresh;
    private final int points;

    /** @param isSaved whether checkpoints hold the signals, whose teacher is gone when the run goes on */
    TrajectoryBuffer(Batch batch, ImageShape shape, Device device, boolean isSaved) {
        this.isSaved = isSaved;
        draws = batch.trajectories;
        slots = draws.history() + 1;
        points = draws.points();
        fresh = draws.fresh(batch.block);
        cells = new Tensor[batch.blocks * slots * fresh * points];
        memory = device.allocate((long) cells.length * shape.size());
        for (int i = 0; i < cells.length; i++) {
            cells[i] = Tensor.of(memory.slice((long) i * shape.size(), shape.size()), shape.channels());
        }
    }

    /** The signal for a use of a fresh noise of a block, solved in the given step. */
    Tensor cell(int block, long step, int noise, int use) {
        return cells[((block * slots + (int) (step % slots)) * fresh + noise) * points + use % points];
    }

    /** All cells, for a checkpoint; null where there is no need. */
    Slice saved() {
        return isSaved ? memory.slice() : null;
    }

    /**
     * Makes a cell float32 on every device, so that a checkpoint loses nothing.
     *
     * @param values scratch of a sample
     */
    void round(Kernels kernels, Tensor cell, float[] values) {
        if (isSaved) {
            kernels.download(cell.data(), values, 0);
            kernels.upload(values, 0, cell.data());
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
