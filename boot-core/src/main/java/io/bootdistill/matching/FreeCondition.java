package io.bootdistill.matching;

import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.RowTable.Column;
import io.bootdistill.lesson.RowTable;

/**
 * The conditions of samples, of which some or all are what guidance leads away from: their label, or the number of their row, is
 * another; what else a condition holds is the sample's own.
 */
final class FreeCondition {

    private final int label;
    private final int floats;
    private final RowTable table;
    private final Column column;

    /** Adds its column. */
    FreeCondition(Classroom room, RowTable table) {
        this.table = table;
        label = room.guidanceLabel();
        floats = room.condition().floats();
        column = table.column(floats);
    }

    /** Whether a prediction that has a share of the guidance is made of two. */
    static boolean isNeeded(Classroom room, double share) {
        return share > 0 && !room.guidance().isNone();
    }

    /**
     * Sets a row.
     *
     * @param conditions of all rows
     * @param isFree whether it has not its own label
     */
    void set(int row, float[] conditions, boolean isFree) {
        System.arraycopy(conditions, row * floats, table.values(), column.at(row), floats);
        if (isFree) {
            table.values()[column.at(row)] = label;
        }
    }

    /** The inputs of a block with these conditions, for networks alone. */
    BlockInputs of(BlockInputs given, int from, int n) {
        Tensor condition = column.rows(from, n);
        return new BlockInputs(
                given.networkTime(), given.start(), given.scale(), condition, given.times(), null, null, given.from());
    }
}
