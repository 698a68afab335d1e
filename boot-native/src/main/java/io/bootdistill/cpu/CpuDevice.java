package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;

/** The processor, with native kernels. Thread-safe. */
final class CpuDevice implements Device {

    static final String NAME = "cpu";

    private final CpuTier cap;

    CpuDevice(CpuTier cap) {
        this.cap = cap;
    }

    /** The instruction set that the kernels of this device use. */
    CpuTier tier() {
        return CpuTier.values()[BootCpu.boot_tier(cap.ordinal())];
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
        return new CpuMemory(floats);
    }

    @Override
    public Kernels openKernels() {
        return new CpuKernels(cap);
    }
}
