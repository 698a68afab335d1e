package io.bootdistill.objective;

import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.RowTable.Column;
import io.bootdistill.lesson.RowTable;
import io.bootdistill.lesson.SampleColumns;

/**
 * The condition that guidance leads away from, for each sample of a step: another label, or another row of a table, beside the parts
 * that are the sample's own.
 */
final class FreeCondition {

    private final int label;
    private final int floats;
    private final RowTable table;
    private final SampleColumns samples;
    private final Column column;

    /** Adds its column. */
    FreeCondition(Classroom room, RowTable table, SampleColumns samples) {
        label = room.guidanceLabel();
        floats = room.condition().floats();
        this.table = table;
        this.samples = samples;
        column = table.column(floats);
    }

    /** Whether a prediction that has a share of the guidance is made of two. */
    static boolean isNeeded(Classroom room, double share) {
        return share > 0 && !room.guidance().isNone();
    }

    /**
     * Writes that of a sample that was drawn.
     *
     * @param isFree whether it is this one; else the sample's own
     */
    void set(int row, boolean isFree) {
        int at = column.at(row);
        System.arraycopy(samples.conditions(), row * floats, table.values(), at, floats);
        if (isFree) {
            table.values()[at] = label;
        }
    }

    /** The inputs of a block with this condition, for networks alone. */
    BlockInputs of(BlockInputs given, int from, int n) {
        return new BlockInputs(given.networkTime(), given.start(), given.scale(), column.rows(from, n), given.times(), null, null,
                given.from());
    }
}
