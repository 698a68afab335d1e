package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.internal.device.HostMemory;
import io.bootdistill.internal.natives.BootNative;
import io.bootdistill.internal.natives.NativeKernels;
import io.bootdistill.internal.natives.NativeLibrary;
import io.bootdistill.internal.natives.NativeMemory;

/** The processor, with native kernels. Thread-safe. */
final class CpuDevice implements Device {

    static final String NAME = "cpu";

    private final NativeLibrary library;
    private final CpuTier cap;

    CpuDevice(NativeLibrary library, CpuTier cap) {
        this.library = library;
        this.cap = cap;
    }

    /** The instruction set that the kernels of this device use. */
    CpuTier tier() {
        return CpuTier.values()[BootNative.boot_tier(library.handle(), cap.ordinal())];
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return NAME + " (" + tier().instructions() + ")";
    }

    @Override
    public DeviceMemory allocate(long floats) {
        return new NativeMemory(library, floats);
    }

    @Override
    public long availableBytes() {
        return HostMemory.availableBytes();
    }

    @Override
    public Kernels openKernels() {
        return new NativeKernels(library, () -> library.createContext(cap.ordinal()));
    }

    /**
     * Winograd's F(4×4, 3×3) evaluates polynomials at 0, ±1, ±2: sums of terms up to some ten times larger than the result
     * cancel, in each of the transforms.
     */
    @Override
    public double errorFactor(Kernel kernel) {
        return switch (kernel) {
            case CONV_FORWARD, CONV_BACKWARD_INPUT, CONV_BACKWARD_WEIGHTS -> 4;
            default -> 1;
        };
    }
}
