package io.bootdistill;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;

/**
 * Times and conditions of the samples of a block: in device memory for a network, in arrays for a user's teacher.
 *
 * @param networkTime one value per sample
 * @param condition one row per sample; null where there is none
 * @param from the block's first row in the arrays
 */
record BlockInputs(Tensor networkTime, Tensor condition, double[] times, float[] conditions, int from) {

    /** Those of n samples with so many floats of a condition each, alone in memory of n·(1 + floats). */
    static BlockInputs in(DeviceMemory memory, int n, int floats, double[] times, float[] conditions) {
        Tensor condition = floats == 0 ? null : Tensor.of(memory.slice(n, (long) n * floats), floats);
        return new BlockInputs(Tensor.of(memory.slice(0, n), 1), condition, times, conditions, 0);
    }

    /** Brings the conditions in the arrays, and the network's times, to the device. */
    void upload(Kernels kernels, float[] networkTimes) {
        kernels.upload(networkTimes, 0, networkTime.data());
        if (condition != null) {
            kernels.upload(conditions, from, condition.data());
        }
    }
}
