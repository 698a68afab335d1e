package io.bootdistill.internal.natives;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.OutOfDeviceMemoryException;
import io.bootdistill.device.Slice;

/** Memory of a native device. */
public final class NativeMemory extends DeviceMemory {

    private final NativeLibrary library;
    private final long address;

    /**
     * Allocates it, filled with zeros.
     *
     * @throws IllegalArgumentException if {@code length} is below 1
     * @throws OutOfDeviceMemoryException if the device has not enough memory
     */
    public NativeMemory(NativeLibrary library, long length) {
        super(length);
        this.library = library;
        long[] allocated = new long[1];
        int status = BootNative.boot_allocate(library.handle(), length, allocated);
        if (status == BootNative.BOOT_OUT_OF_MEMORY) {
            throw new OutOfDeviceMemoryException(library.device(), length * Float.BYTES);
        }
        library.requireOk("allocate", status);
        address = allocated[0];
    }

    /** The memory that a slice lies in, which has to be of this device. */
    static NativeMemory of(NativeLibrary library, String operand, Slice slice) {
        if (slice.memory() instanceof NativeMemory memory && memory.library.handle() == library.handle()) {
            return memory;
        }
        String found = slice.memory() instanceof NativeMemory other
                ? other.library.device()
                : slice.memory().getClass().getSimpleName();
        throw new IllegalArgumentException(operand + " lies in memory of another device (" + found + "), must be memory of the "
                + library.device() + " device");
    }

    long address() {
        return address;
    }

    @Override
    protected void free() {
        library.requireOk("free", BootNative.boot_free(library.handle(), address));
    }
}
