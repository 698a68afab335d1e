package io.bootdistill.device;

/** What a {@link Slice} knows of the memory that it lies in: how long it is, and whether it is open. */
public abstract class Allocation implements AutoCloseable {

    private final long length;
    private volatile boolean open = true;

    Allocation(long length) {
        if (length < 1) {
            throw new IllegalArgumentException("length is " + length + ", must be at least 1");
        }
        this.length = length;
    }

    /** Number of float32 values. */
    public final long length() {
        return length;
    }

    /** @throws IllegalStateException if the memory has been closed */
    public final void requireOpen() {
        if (!open) {
            throw new IllegalStateException("device memory of " + length + " floats is closed");
        }
    }

    /** Frees the memory; a second time, does nothing. */
    @Override
    public final synchronized void close() {
        if (open) {
            open = false;
            free();
        }
    }

    /** Returns the memory to the device. Called once. */
    protected abstract void free();
}
