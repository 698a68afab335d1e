package io.bootdistill.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceUnavailableException;
import io.bootdistill.device.Devices;
import org.junit.jupiter.api.Assumptions;

/** The device under test, where this build has it. */
final class NativeBuild {

    private NativeBuild() {}

    /** Skips the test where the build found no C++ compiler: then there is nothing to test. */
    static void require() {
        Assumptions.assumeFalse(
                Boolean.getBoolean("boot.native.skip"), "built without a C++ compiler: there is no cpu device");
    }

    /** The device as an application gets it. */
    static Device best() {
        require();
        return Devices.named(CpuDevice.NAME);
    }

    /** The device with exactly this instruction set; skips the test on a processor that lacks it. */
    static CpuDevice device(CpuTier tier) {
        require();
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
