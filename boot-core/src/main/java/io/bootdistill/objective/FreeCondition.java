package io.bootdistill.objective;

import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.RowTable.Column;
import io.bootdistill.lesson.RowTable;

/** The condition that guidance leads away from, for each sample of a step. */
final class FreeCondition {

    private final int label;
    private final Column column;

    /** Adds its column. */
    FreeCondition(Classroom room, RowTable table) {
        label = room.guidanceLabel();
        column = table.column(1);
    }

    /** Whether a prediction that has a share of the guidance is made of two. */
    static boolean isNeeded(Classroom room, double share) {
        return share > 0 && !room.guidance().isNone();
    }

    /** Writes it, once the table is open. */
    void fill() {
        column.fill(label);
    }

    /** The inputs of a block with this condition. */
    BlockInputs of(BlockInputs given, int from, int n) {
        return with(given, column.rows(from, n));
    }

    /** The same inputs with another condition, for networks alone. */
    static BlockInputs with(BlockInputs given, Tensor condition) {
        return new BlockInputs(
                given.networkTime(), given.start(), given.scale(), condition, given.times(), null, null, given.from());
    }
}
