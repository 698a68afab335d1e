package io.bootdistill.reference;

import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import org.ejml.data.DMatrixRMaj;

/** An operand that has been checked: rows and columns of reference memory. */
final class Matrix {

    private final double[] values;
    private final int offset;
    private final int stride;
    private final int rows;
    private final int channels;

    private Matrix(double[] values, int offset, int stride, int rows, int channels) {
        this.values = values;
        this.offset = offset;
        this.stride = stride;
        this.rows = rows;
        this.channels = channels;
    }

    /** The tensor as it stands in memory. The name is for the message of a refusal. */
    static Matrix of(String operand, Tensor tensor, long rows, int channels) {
        tensor.require(operand, rows, channels);
        Slice data = tensor.data();
        // Whatever passes the check has fewer rows than its memory has values.
        return new Matrix(valuesOf(operand, data), (int) data.offset(), tensor.stride(), (int) rows, channels);
    }

    /** A slice that holds a dense matrix. */
    static Matrix of(String operand, Slice slice, long rows, int channels) {
        return of(operand, Tensor.of(slice, channels), rows, channels);
    }

    /** Null for null. */
    static Matrix optional(String operand, Tensor tensor, long rows, int channels) {
        return tensor == null ? null : of(operand, tensor, rows, channels);
    }

    /** Null for null. */
    static Matrix optional(String operand, Slice slice, long rows, int channels) {
        return slice == null ? null : of(operand, slice, rows, channels);
    }

    /** The array behind a slice. */
    static double[] valuesOf(String operand, Slice slice) {
        if (slice.memory() instanceof ReferenceMemory memory) {
            return memory.values();
        }
        throw new IllegalArgumentException(operand + " lies in memory of another device ("
                + slice.memory().getClass().getSimpleName() + "), must be memory of the reference device");
    }

    /** An element of an operand that may be absent and then counts as zero. */
    static double orZero(Matrix matrix, int row, int channel) {
        return matrix == null ? 0 : matrix.get(row, channel);
    }

    int rows() {
        return rows;
    }

    int channels() {
        return channels;
    }

    double get(int row, int channel) {
        return values[offset + row * stride + channel];
    }

    void set(int row, int channel, double value) {
        values[offset + row * stride + channel] = value;
    }

    void add(int row, int channel, double value) {
        values[offset + row * stride + channel] += value;
    }

    void fill(double value) {
        for (int row = 0; row < rows; row++) {
            for (int channel = 0; channel < channels; channel++) {
                set(row, channel, value);
            }
        }
    }

    /** A dense copy of the rows [from, from + count) for a matrix product. */
    DMatrixRMaj copy(int from, int count) {
        DMatrixRMaj copy = new DMatrixRMaj(count, channels);
        for (int row = 0; row < count; row++) {
            for (int channel = 0; channel < channels; channel++) {
                copy.unsafe_set(row, channel, get(from + row, channel));
            }
        }
        return copy;
    }

    /** A dense copy of all rows. */
    DMatrixRMaj copy() {
        return copy(0, rows);
    }

    /** Adds a dense matrix of this shape. */
    void add(DMatrixRMaj summand) {
        for (int row = 0; row < rows; row++) {
            for (int channel = 0; channel < channels; channel++) {
                add(row, channel, summand.unsafe_get(row, channel));
            }
        }
    }
}
