package io.bootdistill;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;

/**
 * A batch in device memory: what changes from step to step, uploaded before a step, and the residuals that the step leaves. So
 * a step itself reads nothing from the host, and can be captured.
 */
final class BatchMemory implements AutoCloseable {

    /**
     * Where a block lies.
     *
     * @param samples all of them
     * @param bootstrap the first of them, the others are of the boundary
     * @param residual written: ‖r‖² of each sample
     */
    record Block(
            int samples, int bootstrap, Slice seeds, Slice coefficients, BlockInputs atT, BlockInputs atS, Slice residual) {}

    private final Batch batch;
    private final DeviceMemory memory;
    private final Slice seeds;
    private final Slice coefficients;
    private final Slice networkT;
    private final Slice networkS;
    private final Slice condition;
    private final Slice residual;
    private final Block[] blocks;

    BatchMemory(Batch batch, Device device) {
        this.batch = batch;
        int rows = batch.rows;
        int floats = batch.condition.length / rows;
        memory = device.allocate((long) rows * (Philox.SEED_FLOATS + SignalCoefficients.COUNT + 3 + floats));
        long at = 0;
        seeds = memory.slice(at, (long) rows * Philox.SEED_FLOATS);
        at += seeds.length();
        coefficients = memory.slice(at, (long) rows * SignalCoefficients.COUNT);
        at += coefficients.length();
        networkT = memory.slice(at, rows);
        networkS = memory.slice(at + rows, rows);
        residual = memory.slice(at + 2L * rows, rows);
        condition = memory.slice(at + 3L * rows, (long) rows * floats);
        blocks = new Block[batch.blocks];
        for (int i = 0; i < blocks.length; i++) {
            int from = batch.firstRow(i);
            int n = batch.samples(i);
            Tensor conditions = floats == 0 ? null : Tensor.of(part(condition, floats, from, n), floats);
            blocks[i] = new Block(
                    n, batch.bootstrapSamples(i), part(seeds, Philox.SEED_FLOATS, from, n),
                    part(coefficients, SignalCoefficients.COUNT, from, n),
                    new BlockInputs(Tensor.of(part(networkT, 1, from, n), 1), conditions, batch.t, batch.condition, from),
                    new BlockInputs(Tensor.of(part(networkS, 1, from, n), 1), conditions, batch.s, batch.condition, from),
                    part(residual, 1, from, n));
        }
    }

    private static Slice part(Slice all, int floats, int from, int n) {
        return all.slice((long) from * floats, (long) n * floats);
    }

    Block block(int index) {
        return blocks[index];
    }

    /** Brings what the batch has drawn to the device. */
    void upload(Kernels kernels) {
        kernels.upload(batch.seeds, 0, seeds);
        kernels.upload(batch.coefficients, 0, coefficients);
        kernels.upload(batch.networkT, 0, networkT);
        kernels.upload(batch.networkS, 0, networkS);
        if (condition.length() > 0) {
            kernels.upload(batch.condition, 0, condition);
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
