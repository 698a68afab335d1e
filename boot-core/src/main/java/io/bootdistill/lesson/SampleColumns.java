package io.bootdistill.lesson;

import io.bootdistill.device.Philox;
import io.bootdistill.device.Slice;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.lesson.RowTable.Column;
import io.bootdistill.network.ConditionShape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What is drawn for each sample of a step, whatever it learns: its noise, condition and guidance scale. */
public final class SampleColumns {

    private final Classroom room;
    private final RowTable table;
    private final Stream noise;
    private final Stream condition;
    private final Stream guidance;
    private final int conditionFloats;
    private final int labels;
    private final Column seeds;
    private final Column conditionColumn;
    private final Column scaleColumn;

    /** As functions on the host read them. */
    private final float[] conditions;
    private final float[] scales;

    /**
     * Adds its columns.
     *
     * @param noise streams of the run's seed that the three kinds of numbers come from
     */
    public SampleColumns(Classroom room, RowTable table, Stream noise, Stream condition, Stream guidance) {
        this.room = room;
        this.table = table;
        this.noise = noise;
        this.condition = condition;
        this.guidance = guidance;
        conditionFloats = room.condition().floats();
        labels = room.condition() instanceof ConditionShape.Label label ? label.count() : 0;
        seeds = table.column(Philox.SEED_FLOATS);
        conditionColumn = table.column(conditionFloats);
        scaleColumn = table.column(room.guidance().isWide() ? 1 : 0);
        conditions = new float[table.rows() * conditionFloats];
        scales = new float[table.rows()];
        Arrays.fill(scales, (float) room.guidance().least());
    }

    /** Draws a row: a function of (seed, index). */
    public void draw(int row, long index) {
        Philox.writeSeed(noise.seed(room.seed(), index), table.values(), seeds.at(row));
        GuidanceRange range = room.guidance();
        if (range.isWide()) {
            double u = guidance.uniform(room.seed(), index);
            scales[row] = (float) (range.least() + u * (range.most() - range.least()));
            scaleColumn.set(row, scales[row]);
        }
        int from = row * conditionFloats;
        room.conditions().draw(condition.seed(room.seed(), index), conditions, from);
        for (int i = from; i < from + conditionFloats; i++) {
            float value = conditions[i]; // a label that is none would read and write beyond its table
            if (labels > 0 ? !(value >= 0 && value < labels && value == (int) value) : !Float.isFinite(value)) {
                throw new IllegalArgumentException("the ConditionSource drew " + value + ", must be "
                        + (labels > 0 ? "a label 0 … " + (labels - 1) : "finite"));
            }
        }
        System.arraycopy(conditions, from, table.values(), conditionColumn.at(row), conditionFloats);
    }

    /** w of a row, where the teacher is called at a time. */
    public double scale(int row, double t) {
        return room.guidanceInterval().scale(scales[row], t);
    }

    public float[] scales() {
        return scales;
    }

    public float[] conditions() {
        return conditions;
    }

    /** Seeds of the noise of rows [from, from + n). */
    public Slice seeds(int from, int n) {
        return seeds.slice(from, n);
    }

    /**
     * What networks and functions are given of rows [from, from + n).
     *
     * @param start time of the input of students that have two; null for others
     * @param times null where only students are called
     */
    public BlockInputs inputs(Column networkTime, @Nullable Column start, double @Nullable [] times, int from, int n) {
        return new BlockInputs(networkTime.rows(from, n), start == null ? null : start.rows(from, n), scaleColumn.rows(from, n),
                conditionColumn.rows(from, n), times, scales, conditions, from);
    }
}
