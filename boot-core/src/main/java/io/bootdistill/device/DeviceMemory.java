package io.bootdistill.device;

/**
 * A run of float32 values that a device owns, freed by {@link #close()}.
 *
 * <p>Slices of closed memory must not be used; devices check it. Closing while a kernel uses the memory is the caller's
 * error. Closing twice does nothing.
 */
public abstract class DeviceMemory extends Allocation {

    /** @throws IllegalArgumentException if {@code length} is below 1 */
    protected DeviceMemory(long length) {
        super(length);
    }

    /** All of it. */
    public final Slice slice() {
        return new Slice(this, 0, length());
    }

    /** The values [offset, offset + length). */
    public final Slice slice(long offset, long length) {
        return new Slice(this, offset, length);
    }
}
