package io.bootdistill.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceUnavailableException;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.OutOfDeviceMemoryException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How the device is found, which instruction set it takes, and what it does when it is closed or starved. */
@Tag("fast")
class CpuDeviceProviderTest {

    @AfterEach
    void clear() {
        System.clearProperty(CpuDeviceProvider.TIER_PROPERTY);
    }

    @Test
    void cpuIsPreferred() {
        assertEquals("cpu", Devices.best().name());
        assertTrue(Devices.explanation().startsWith("using cpu ("), Devices.explanation());
    }

    @Test
    void propertyCapsTheInstructionSet() throws DeviceUnavailableException {
        System.setProperty(CpuDeviceProvider.TIER_PROPERTY, "baseline");
        assertEquals("cpu (SSE2)", new CpuDeviceProvider().open().description());
        System.setProperty(CpuDeviceProvider.TIER_PROPERTY, "sse9");
        DeviceUnavailableException refusal =
                assertThrows(DeviceUnavailableException.class, () -> new CpuDeviceProvider().open());
        assertTrue(refusal.getMessage().contains("sse9") && refusal.getMessage().contains("baseline, avx2 or avx512"),
                refusal.getMessage());
    }

    @Test
    void closedKernelsRefuseToWork() {
        Device device = Devices.named("cpu");
        Kernels kernels = device.openKernels();
        kernels.close();
        kernels.close();
        assertThrows(IllegalStateException.class, () -> kernels.fill(device.allocate(1).slice(), 1));
    }

    @Test
    void memoryThatCannotBeHadIsRefused() {
        assertThrows(OutOfDeviceMemoryException.class,
                () -> Devices.named("cpu").allocate(Long.MAX_VALUE / 8));
    }
}
