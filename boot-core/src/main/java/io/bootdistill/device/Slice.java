package io.bootdistill.device;

/** A range of device memory. Does not own it. */
public record Slice(Allocation memory, long offset, long length) {

    /** @throws IndexOutOfBoundsException if the range leaves the memory */
    public Slice {
        if (offset < 0 || length < 0 || offset > memory.length() - length) {
            throw new IndexOutOfBoundsException(
                    "range [" + offset + ", " + (offset + length) + ") leaves memory of " + memory.length() + " floats");
        }
    }

    /** The values [from, from + count) of this slice. */
    public Slice slice(long from, long count) {
        if (from < 0 || count < 0 || from > length - count) {
            throw new IndexOutOfBoundsException(
                    "range [" + from + ", " + (from + count) + ") leaves a slice of " + length + " floats");
        }
        return new Slice(memory, offset + from, count);
    }

    /**
     * Refuses a slice that is too short for a kernel.
     *
     * @throws IllegalArgumentException naming the operand, its length and the length that is needed
     * @throws IllegalStateException if the memory is closed
     */
    public void require(String operand, long needed) {
        memory.requireOpen();
        if (needed < 0 || length < needed) {
            throw new IllegalArgumentException(operand + " has " + length + " floats, the kernel needs " + needed);
        }
    }
}
