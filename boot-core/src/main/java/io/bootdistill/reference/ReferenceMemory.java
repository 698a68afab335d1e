package io.bootdistill.reference;

import io.bootdistill.device.DeviceMemory;

/**
 * Memory of the reference device. It holds float64 values: {@link io.bootdistill.device.Kernels#upload} and {@code download}
 * convert, {@link #get} and {@link #set} give the values themselves, as finite differences need them.
 *
 * <p>Not synchronised: one thread at a time, or threads on disjoint ranges.
 */
final class ReferenceMemory extends DeviceMemory {

    private double[] values;

    ReferenceMemory(long length) {
        super(length);
        values = new double[Math.toIntExact(length)];
    }

    /**
     * The value at an index of this memory.
     *
     * @throws IndexOutOfBoundsException if the index is not in [0, length)
     * @throws IllegalStateException if the memory is closed
     */
    double get(long index) {
        return values()[checked(index)];
    }

    /**
     * Sets the value at an index of this memory, without rounding.
     *
     * @throws IndexOutOfBoundsException if the index is not in [0, length)
     * @throws IllegalStateException if the memory is closed
     */
    void set(long index, double value) {
        values()[checked(index)] = value;
    }

    double[] values() {
        requireOpen();
        return values;
    }

    private int checked(long index) {
        if (index < 0 || index >= length()) {
            throw new IndexOutOfBoundsException("index " + index + " leaves memory of " + length() + " floats");
        }
        return (int) index;
    }

    @Override
    protected void free() {
        values = null;
    }
}
