package io.bootdistill;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A batch in device memory: what changes from step to step, uploaded before a step, and the residuals that the step leaves. So
 * a step itself reads nothing from the host, and can be captured.
 */
final class BatchMemory implements AutoCloseable {

    /**
     * Where a block lies.
     *
     * @param batch what was drawn, for the options that calculate on the host
     * @param index the block's place in the batch
     * @param samples all of them
     * @param bootstrap the first of them, the others are of the boundary
     * @param atSecond where the teacher is called again
     * @param atMax at t_max, for a hard boundary; else null
     * @param timeTangent how fast the network's time changes, for a derivative by forward mode; else null
     * @param before just before t, for the residual as a loss; else null
     * @param after just after t, for the residual as a loss; else null
     * @param difference the divisor of the difference of the signals there; else null
     * @param residual written: ‖r‖² of each sample
     */
    record Block(
            Batch batch, int index, int samples, int bootstrap, Slice seeds, Slice coefficients, BlockInputs atT,
            BlockInputs atS, BlockInputs atSecond, BlockInputs atMax, Tensor timeTangent, BlockInputs before,
            BlockInputs after, Tensor difference, Slice residual) {

        /** The first row in the arrays of the batch. */
        int from() {
            return batch.firstRow(index);
        }
    }

    /** An array of the batch, [rows][floats], and its place in device memory. */
    private record Column(float[] source, int floats, Slice memory) {

        Slice slice(int from, int n) {
            return memory.slice((long) from * floats, (long) n * floats);
        }

        Tensor rows(int from, int n) {
            return Tensor.of(slice(from, n), floats);
        }
    }

    private final Batch batch;
    private final DeviceMemory memory;
    private final Slice residual;
    private final Column[] columns;
    private final Block[] blocks;
    private final Column scale;
    private final Column condition;

    BatchMemory(Batch batch, Device device) {
        this.batch = batch;
        int rows = batch.rows;
        List<Column> uploaded = new ArrayList<>();
        int times = 6; // at most, and a scale, a difference and a residual
        memory = device.allocate((long) rows * (Philox.SEED_FLOATS + SignalCoefficients.COUNT + times + 3)
                + batch.condition.length);
        residual = memory.slice(0, rows);
        Column seeds = column(batch.seeds, uploaded);
        Column coefficients = column(batch.coefficients, uploaded);
        Column t = column(batch.networkT, uploaded);
        Column s = column(batch.networkS, uploaded);
        Column second = batch.config.solver().callsTwice() ? column(batch.networkSecond, uploaded) : null;
        Column max = batch.config.boundary() == BootstrapLoss.Boundary.HARD ? column(batch.networkTMax, uploaded) : null;
        Objective objective = batch.config.objective();
        Column tangent = objective == Objective.DERIVATIVE ? column(batch.timeTangent, uploaded) : null;
        Column before = objective == Objective.PINN ? column(batch.networkBefore, uploaded) : null;
        Column after = objective == Objective.PINN ? column(batch.networkAfter, uploaded) : null;
        Column difference = objective == Objective.PINN ? column(batch.difference, uploaded) : null;
        scale = batch.config.drawsGuidance() ? column(batch.guidance, uploaded) : null;
        condition = batch.condition.length > 0 ? column(batch.condition, uploaded) : null;
        columns = uploaded.toArray(Column[]::new);
        blocks = new Block[batch.blocks];
        for (int i = 0; i < blocks.length; i++) {
            int from = batch.firstRow(i);
            int n = batch.samples(i);
            blocks[i] = new Block(
                    batch, i, n, batch.bootstrapSamples(i), seeds.slice(from, n), coefficients.slice(from, n),
                    inputs(t, batch.t, from, n), inputs(s, batch.s, from, n), inputs(second, batch.second, from, n),
                    inputs(max, batch.tMax, from, n), rows(tangent, from, n), inputs(before, null, from, n),
                    inputs(after, null, from, n), rows(difference, from, n), residual.slice(from, n));
        }
    }

    private Column column(float[] source, List<Column> uploaded) {
        long at = residual.length();
        for (Column column : uploaded) {
            at += column.source.length;
        }
        Column column = new Column(source, source.length / batch.rows, memory.slice(at, source.length));
        uploaded.add(column);
        return column;
    }

    private static Tensor rows(Column column, int from, int n) {
        return column == null ? null : column.rows(from, n);
    }

    private BlockInputs inputs(Column time, double[] times, int from, int n) {
        return time == null ? null : new BlockInputs(
                time.rows(from, n), rows(scale, from, n), rows(condition, from, n), times, batch.guidance, batch.condition, from);
    }

    Block block(int index) {
        return blocks[index];
    }

    /** Brings what the batch has drawn to the device. */
    void upload(Kernels kernels) {
        for (Column column : columns) {
            kernels.upload(column.source, 0, column.memory);
        }
    }

    /** Waits for the step and fetches ‖r‖² of each row. */
    void download(Kernels kernels, float[] target) {
        kernels.download(residual, target, 0);
    }

    @Override
    public void close() {
        memory.close();
    }
}
