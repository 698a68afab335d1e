package io.bootdistill.internal.distillation;

import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.internal.work.DeviceColumns;
import io.bootdistill.objective.BootstrapLoss;
import io.bootdistill.objective.Objective;

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
     * @param restarted the first of them; null where all start from pure noise
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
            Batch batch, int index, int samples, Restarted restarted, int bootstrap, Slice seeds, Slice coefficients,
            BlockInputs atT, BlockInputs atS, BlockInputs atSecond, BlockInputs atMax, Tensor timeTangent,
            BlockInputs before, BlockInputs after, Tensor difference, Slice residual) {

        /** The first row in the arrays of the batch. */
        int from() {
            return batch.firstRow(index);
        }
    }

    /**
     * The samples of a block that start from a state on the way; the arrays are those of {@link Restarts}.
     *
     * @param atStart from pure noise to the time of the state
     */
    record Restarted(int samples, Slice coefficients, Slice divisors, BlockInputs atStart) {}

    private final float[] residual;
    private final Batch batch;
    private final DeviceColumns columns;
    private final Block[] blocks;
    private final float[] scale;
    private final float[] start;

    BatchMemory(Batch batch, Device device) {
        this.batch = batch;
        residual = new float[batch.rows];
        boolean isPinn = batch.config.objective() == Objective.PINN;
        scale = batch.config.drawsGuidance() ? batch.samples.guidance : null;
        float[] second = batch.config.solver().callsTwice() ? batch.networkSecond : null;
        Restarts restarts = batch.restarts;
        boolean needsMax = restarts != null || batch.config.boundary() == BootstrapLoss.Boundary.HARD;
        float[] max = needsMax ? batch.networkTMax : null;
        start = restarts == null ? null : restarts.networkStart;
        float[] before = isPinn ? batch.networkBefore : null;
        float[] after = isPinn ? batch.networkAfter : null;
        float[] difference = isPinn ? batch.difference : null;
        float[] tangent = batch.config.objective() == Objective.DERIVATIVE ? batch.timeTangent : null;
        columns = new DeviceColumns(device, batch.rows, batch.samples.seeds, batch.samples.condition, scale, batch.coefficients,
                batch.networkT, batch.networkS, second, max, tangent, before, after, difference, residual, start,
                restarts == null ? null : restarts.coefficients, restarts == null ? null : restarts.divisors);
        blocks = new Block[batch.blocks];
        for (int i = 0; i < blocks.length; i++) {
            int from = batch.firstRow(i);
            int n = batch.samples(i);
            blocks[i] = new Block(
                    batch, i, n, restarts == null ? null : restarted(i, max), batch.bootstrapSamples(i),
                    columns.slice(batch.samples.seeds, from, n),
                    columns.slice(batch.coefficients, from, n), inputs(batch.networkT, batch.t, from, n),
                    inputs(batch.networkS, batch.s, from, n), inputs(second, batch.second, from, n),
                    inputs(max, batch.tMax, from, n), columns.rows(tangent, from, n), inputs(before, null, from, n),
                    inputs(after, null, from, n), columns.rows(difference, from, n), columns.slice(residual, from, n));
        }
    }

    private Restarted restarted(int index, float[] max) {
        int from = batch.firstRow(index);
        int n = batch.restartSamples(index);
        return n == 0 ? null : new Restarted(n, columns.slice(batch.restarts.coefficients, from, n),
                columns.slice(batch.restarts.divisors, from, n), inputs(start, null, max, from, n));
    }

    private BlockInputs inputs(float[] networkTime, double[] times, int from, int n) {
        return inputs(networkTime, times, start, from, n);
    }

    private BlockInputs inputs(float[] networkTime, double[] times, float[] start, int from, int n) {
        return networkTime == null ? null : new BlockInputs(
                columns.rows(networkTime, from, n), columns.rows(start, from, n), columns.rows(scale, from, n),
                columns.rows(batch.samples.condition, from, n), times, batch.samples.guidance, batch.samples.condition, from);
    }

    Block block(int index) {
        return blocks[index];
    }

    /** Brings what the batch has drawn to the device. */
    void upload(Kernels kernels) {
        columns.upload(kernels);
    }

    /** Waits for the step and fetches ‖r‖² of each row. */
    void download(Kernels kernels, float[] target) {
        kernels.download(columns.slice(residual, 0, batch.rows), target, 0);
    }

    @Override
    public void close() {
        columns.close();
    }
}
