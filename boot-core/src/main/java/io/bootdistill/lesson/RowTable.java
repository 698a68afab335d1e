package io.bootdistill.lesson;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Numbers of the rows of a step: columns of some floats per row, all in one array of the host and one piece of device memory,
 * so that one transfer brings them there. Columns are added first, then {@link #open} makes the memory.
 */
public final class RowTable implements AutoCloseable {

    /** Columns begin at a multiple of so many floats, as devices like to read them. */
    private static final int ALIGNMENT = 16;

    private final int rows;
    private int length;
    private float @Nullable [] values;
    private @Nullable DeviceMemory memory;
    private @Nullable Slice all;

    public RowTable(int rows) {
        this.rows = rows;
    }

    /** A column of the table. */
    public final class Column {

        private final int offset;
        private final int floats;

        private Column(int offset, int floats) {
            this.offset = offset;
            this.floats = floats;
        }

        /** Whether it has no numbers. */
        public boolean isEmpty() {
            return floats == 0;
        }

        /** Where a row begins in {@link RowTable#values}. */
        public int at(int row) {
            return offset + row * floats;
        }

        /** Sets the only number of a row. */
        public void set(int row, double value) {
            values[at(row)] = (float) value;
        }

        /** The only number of a row. */
        public float get(int row) {
            return values[at(row)];
        }

        /** Sets all numbers. */
        public void fill(double value) {
            Arrays.fill(values, offset, at(rows), (float) value);
        }

        /** The rows [from, from + n) in device memory. */
        public Slice slice(int from, int n) {
            return memory.slice(at(from), (long) n * floats);
        }

        /** Likewise, as a tensor; null for a column without numbers. */
        public @Nullable Tensor rows(int from, int n) {
            return floats == 0 ? null : Tensor.of(slice(from, n), floats);
        }
    }

    /** Adds a column of some floats per row, 0 for one that is empty. */
    public Column column(int floats) {
        if (memory != null) {
            throw new IllegalStateException("the table is open");
        }
        Column column = new Column(length, floats);
        int end = Math.addExact(length, Math.multiplyExact(rows, floats));
        length = (Math.addExact(end, ALIGNMENT - 1)) / ALIGNMENT * ALIGNMENT;
        return column;
    }

    /** Makes the memory for all columns. */
    public void open(Device device) {
        values = new float[length];
        memory = device.allocate(length);
        all = memory.slice();
    }

    public int rows() {
        return rows;
    }

    /** The numbers of all columns, see {@link Column#at}. */
    public float[] values() {
        return values;
    }

    /** Brings all numbers to the device. */
    public void upload(Kernels kernels) {
        kernels.upload(values, 0, all);
    }

    @Override
    public void close() {
        if (memory != null) {
            memory.close();
        }
    }
}
