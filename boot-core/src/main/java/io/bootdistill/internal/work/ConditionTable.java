package io.bootdistill.internal.work;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.network.ConditionShape.Part;
import io.bootdistill.network.ConditionShape.Parts;
import io.bootdistill.network.ConditionShape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Conditions that lie on a device once, one in each row, so that samples carry no more than the number of their row: prompts,
 * and among them what guidance leads away from. Where the table has some parts of a condition alone, samples carry the others
 * after that number. Written before it is read; then any number of threads may read it.
 */
public final class ConditionTable implements AutoCloseable {

    private static final long MOST_BYTES = 2L << 30;

    /** The part of what samples carry that is the number of a row. */
    private static final String ROW = "row";

    private final ConditionShape shape;
    private final int rows;
    private final List<ConditionShape.Input> inputs;
    private final DeviceMemory memory;
    private final Slice[] parts;

    /**
     * Makes room, filled with zeros.
     *
     * @param shape of one condition, not none
     * @param rows at least 1
     */
    public ConditionTable(ConditionShape shape, int rows, Device device) {
        this.shape = shape;
        this.rows = rows;
        inputs = shape.inputs();
        memory = device.allocate((long) rows * shape.floats());
        parts = new Slice[inputs.size()];
        long at = 0;
        for (int i = 0; i < parts.length; i++) {
            long length = (long) rows * inputs.get(i).floats();
            parts[i] = memory.slice(at, length);
            at += length;
        }
    }

    /** Writes what a row is. */
    @FunctionalInterface
    public interface RowWriter {

        /** @param values {@link ConditionShape#floats} values, those of the row before at first */
        void write(int row, float[] values);
    }

    /** A table whose rows are all written. */
    public static ConditionTable of(ConditionShape shape, int rows, Device device, RowWriter writer) {
        ConditionTable table = new ConditionTable(shape, rows, device);
        float[] values = new float[shape.floats()];
        try (Kernels kernels = device.openKernels()) {
            for (int row = 0; row < rows; row++) {
                writer.write(row, values);
                table.set(kernels, row, values, 0);
            }
            return table;
        } catch (RuntimeException | Error e) {
            table.close();
            throw e;
        }
    }

    /** The most rows that a table of all of a run's conditions should have: 2 GiB of them. */
    public static long mostRows(ConditionShape shape) {
        return MOST_BYTES / Float.BYTES / shape.floats();
    }

    public ConditionShape shape() {
        return shape;
    }

    public int rows() {
        return rows;
    }

    /** Writes a row: {@link ConditionShape#floats} values, from an offset on. */
    public void set(Kernels kernels, int row, float[] values, int offset) {
        Checks.range("row", row, 0, rows - 1);
        int at = offset;
        for (int i = 0; i < parts.length; i++) {
            int floats = inputs.get(i).floats();
            kernels.upload(values, at, parts[i].slice((long) row * floats, floats));
            at += floats;
        }
    }

    /** All rows of an input; null where samples carry it. */
    @Nullable Slice part(String input) {
        for (int i = 0; i < parts.length; i++) {
            if (inputs.get(i).name().equals(input)) {
                return parts[i];
            }
        }
        return null;
    }

    /** What a sample carries instead of a condition: the number of a row, and the parts that the table has not. */
    public ConditionShape carried(ConditionShape whole) {
        ConditionShape.Label row = new ConditionShape.Label(rows);
        if (!(whole instanceof Parts all)) {
            return row;
        }
        List<Part> carried = new ArrayList<>(List.of(new Part(ROW, row)));
        all.parts().stream().filter(part -> part(part.name()) == null).forEach(carried::add);
        return carried.size() == 1 ? row : new Parts(carried);
    }

    /** How many rows there are where a sample carries this; 0 where it carries no number of a row or label. */
    public static int rows(ConditionShape carried) {
        ConditionShape first = carried instanceof Parts parts && parts.part(ROW) != null ? parts.part(ROW).shape() : carried;
        return first instanceof ConditionShape.Label label ? label.count() : 0;
    }

    @Override
    public void close() {
        memory.close();
    }
}
