package io.bootdistill.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceUnavailableException;
import io.bootdistill.device.Devices;
import org.junit.jupiter.api.Assumptions;

/** The device under test. A build without a C++ compiler skips the tests of this module. */
final class NativeBuild {

    private NativeBuild() {}

    /** The device as an application gets it. */
    static Device best() {
        return Devices.named(CpuDevice.NAME);
    }

    /** The device with exactly this instruction set; skips the test on a processor that lacks it. */
    static CpuDevice device(CpuTier tier) {
        try {
            CpuDevice device = CpuDeviceProvider.open(tier);
            Assumptions.assumeTrue(device.tier() == tier, "this processor has no " + tier.instructions());
            assertEquals("cpu (" + tier.instructions() + ")", device.description());
            return device;
        } catch (DeviceUnavailableException e) {
            throw new AssertionError(e);
        }
    }
}
