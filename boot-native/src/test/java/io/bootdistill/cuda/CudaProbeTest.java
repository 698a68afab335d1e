package io.bootdistill.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.internal.natives.BootNative;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The sentence for each reason that no machine of the tests can give. (The others: {@link CudaDriverTest}.) */
@Tag("fast")
class CudaProbeTest {

    @Test
    void everyReasonHasItsSentence() {
        assertEquals("the GPU has compute capability 6.1, the kernels need 7.5 (Turing) or newer",
                probe(BootNative.BOOT_CUDA_DEVICE_TOO_OLD).explanation());
        assertEquals(
                "the library has no kernels for a GPU of compute capability 6.1 (cudaErrorExample); build boot-native for it",
                probe(BootNative.BOOT_CUDA_NO_KERNEL_IMAGE).explanation());
        assertEquals("the NVIDIA driver supports CUDA 12.4, the kernels need 13.0; update the driver",
                probe(BootNative.BOOT_CUDA_DRIVER_TOO_OLD).explanation());
        assertFalse(probe(BootNative.BOOT_CUDA_NO_DEVICE).usable());
        assertThrows(IllegalStateException.class, () -> probe(BootNative.BOOT_CUDA_USABLE).explanation());
    }

    private static CudaProbe probe(int reason) {
        return new CudaProbe(reason, "cudaErrorExample", 12040, 13000, 61, "");
    }
}
