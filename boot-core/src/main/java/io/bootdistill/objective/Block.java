package io.bootdistill.objective;

import io.bootdistill.device.Slice;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.lesson.RowTable.Column;
import java.util.Arrays;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Where a block of a step lies in device memory.
 *
 * @param index its place among the blocks
 * @param from its first row
 * @param samples all of them
 * @param bootstrap the first of them; the others are of the boundary
 * @param restarted the first of these, that start from a state on the way
 * @param seeds of the noise
 * @param coefficients of the step, the head and the loss
 * @param atT where the teacher, and the student that makes the target, are called; null where a lesson does not
 * @param atS where the student learns
 * @param atSecond where the teacher is called again, by solvers that do; else null
 * @param atStart where the student is called from the noise to the states that samples restart from; null where none does
 */
record Block(
        int index, int from, int samples, int bootstrap, int restarted, Slice seeds, Slice coefficients,
        @Nullable BlockInputs atT, BlockInputs atS, @Nullable BlockInputs atSecond, @Nullable BlockInputs atStart) {

    /**
     * A column's rows of each block, made once: a step allocates nothing.
     *
     * @param rows how many of a block, from its first; there is null for a block that has none
     */
    static @Nullable Slice[] slices(Block[] blocks, Column column, ToIntFunction<Block> rows) {
        return Arrays.stream(blocks)
                .map(block -> rows.applyAsInt(block) == 0 ? null : column.slice(block.from(), rows.applyAsInt(block)))
                .toArray(Slice[]::new);
    }
}
