package io.bootdistill.diffusion;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.work.Checks;
import org.jspecify.annotations.Nullable;

/**
 * Times, guidance scales and conditions of the samples of a block: in device memory for a network, in arrays for what
 * calculates on the host, as a user's teacher.
 *
 * @param networkTime one value per sample
 * @param start time of the input of a student that has two, whose networkTime is that of the signal; null for others
 * @param scale w of each sample; null where no network is given it
 * @param condition one row per sample; null where there is none
 * @param times t of each sample; null where only students are called
 * @param from the block's first row in the arrays
 */
public record BlockInputs(
        Tensor networkTime, @Nullable Tensor start, @Nullable Tensor scale, @Nullable Tensor condition,
        double @Nullable [] times, float @Nullable [] scales, float @Nullable [] conditions, int from) {

    /** Checks that there are times. */
    public BlockInputs {
        Checks.notNull("networkTime", networkTime);
    }

    /** Those of n samples of a teacher with so many floats of a condition each, alone in memory of n·(1 + floats). */
    public static BlockInputs in(Slice memory, int n, int floats, double[] times, float[] conditions) {
        Checks.notNull("memory", memory);
        Checks.notNull("times", times);
        Checks.notNull("conditions", conditions);
        Tensor condition = floats == 0 ? null : Tensor.of(memory.slice(n, (long) n * floats), floats);
        return new BlockInputs(Tensor.of(memory.slice(0, n), 1), null, null, condition, times, null, conditions, 0);
    }

    /** The same with other scales, for teachers that are guided on the host. */
    public BlockInputs withScales(float[] scales) {
        return new BlockInputs(networkTime, start, scale, condition, times, Checks.notNull("scales", scales), conditions, from);
    }

    /** Brings the conditions in the arrays, and the network's times, to the device. */
    public void upload(Kernels kernels, float[] networkTimes) {
        Checks.notNull("kernels", kernels);
        Checks.notNull("networkTimes", networkTimes);
        kernels.upload(networkTimes, 0, networkTime.data());
        if (condition != null) {
            kernels.upload(conditions, from, condition.data());
        }
    }
}
