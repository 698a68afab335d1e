package io.bootdistill.cpu;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceProvider;
import io.bootdistill.device.DeviceUnavailableException;
import io.bootdistill.internal.natives.NativeLibrary;

/** Offers the {@code cpu} device; found by {@link java.util.ServiceLoader}. */
public final class CpuDeviceProvider implements DeviceProvider {

    /** System property that caps the instruction set: {@code baseline}, {@code avx2} or {@code avx512}. */
    public static final String TIER_PROPERTY = "io.bootdistill.cpu.tier";

    /** For {@link java.util.ServiceLoader}. */
    public CpuDeviceProvider() {}

    @Override
    public String name() {
        return CpuDevice.NAME;
    }

    @Override
    public int priority() {
        return 10;
    }

    @Override
    public Device open() throws DeviceUnavailableException {
        return open(cap());
    }

    /** Opens the device with an instruction set no better than {@code cap}. */
    static CpuDevice open(CpuTier cap) throws DeviceUnavailableException {
        NativeLibrary library = NativeLibrary.open(
                CpuDevice.NAME, "boot-native has it for linux-x86_64 if g++ and make are installed when it is built");
        return new CpuDevice(library, cap);
    }

    private static CpuTier cap() throws DeviceUnavailableException {
        String name = System.getProperty(TIER_PROPERTY);
        try {
            return name == null ? CpuTier.BEST : CpuTier.named(name);
        } catch (IllegalArgumentException e) {
            throw new DeviceUnavailableException("system property " + TIER_PROPERTY + ": " + e.getMessage(), e);
        }
    }
}
