package io.bootdistill.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the peak counts: twelve multiplications and additions of each lane, in each round. */
@Tag("fast")
class CpuPeakTest {

    @Test
    void countsOperations() {
        requireLanes(CpuTier.BASELINE, 4);
        requireLanes(CpuTier.AVX2, 8);
        requireLanes(CpuTier.AVX512, 16);
    }

    private static void requireLanes(CpuTier tier, int lanes) {
        try (Kernels kernels = NativeBuild.device(tier).openKernels()) {
            assertEquals(1000L * 12 * 2 * lanes, CpuPeak.run(kernels, 1000));
            assertThrows(IllegalArgumentException.class, () -> CpuPeak.run(kernels, 0));
        }
    }

    @Test
    void otherDevicesHaveNone() {
        try (Kernels kernels = Devices.named("reference").openKernels()) {
            assertThrows(IllegalArgumentException.class, () -> CpuPeak.run(kernels, 1));
        }
    }
}
