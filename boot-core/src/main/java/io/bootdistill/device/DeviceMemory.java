package io.bootdistill.device;

/**
 * A run of float32 values that a device owns, freed by {@link #close()}.
 *
 * <p>Slices of closed memory must not be used; devices check it. Closing while a kernel uses the memory is the caller's
 * error. Closing twice does nothing.
 */
public abstract class DeviceMemory implements AutoCloseable {

    private final long length;
    private volatile boolean open = true;

    protected DeviceMemory(long length) {
        if (length < 1) {
            throw new IllegalArgumentException("length is " + length + ", must be at least 1");
        }
        this.length = length;
    }

    /** Number of float32 values. */
    public final long length() {
        return length;
    }

    /** All of it. */
    public final Slice slice() {
        return new Slice(this, 0, length);
    }

    /** The values [offset, offset + length). */
    public final Slice slice(long offset, long length) {
        return new Slice(this, offset, length);
    }

    /** @throws IllegalStateException if the memory has been closed */
    public final void requireOpen() {
        if (!open) {
            throw new IllegalStateException("device memory of " + length + " floats is closed");
        }
    }

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
