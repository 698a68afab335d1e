package io.bootdistill.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.device.Captured;
import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.DeviceUnavailableException;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.OutOfDeviceMemoryException;
import io.bootdistill.device.Slice;
import io.bootdistill.internal.natives.BootNative;
import io.bootdistill.internal.natives.NativeLibrary;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Device memory comes back on every path: also where a call, a capture or an allocation fails. */
@Tag("emulated")
class CudaMemoryTest {

    private static final int LENGTH = 100;

    private final Device device = CudaBuild.device(CudaPrecision.FLOAT32, false);
    private final NativeLibrary library;
    private long free;

    CudaMemoryTest() throws DeviceUnavailableException {
        library = CudaDeviceProvider.library();
    }

    @BeforeEach
    void remember() {
        try (DeviceMemory memory = device.allocate(2 * LENGTH); Kernels kernels = device.openKernels()) {
            sum(kernels, memory); // once before: what a GPU loads at first stays
        }
        free = freeBytes();
    }

    @AfterEach
    void allIsBack() {
        assertEquals(free, freeBytes());
    }

    @Test
    void contextGivesItsScratchMemoryBack() {
        try (DeviceMemory memory = device.allocate(2 * LENGTH); Kernels kernels = device.openKernels()) {
            sum(kernels, memory);
            assertNotEquals(free, freeBytes());
        }
    }

    @Test
    void graphGivesItsScratchMemoryBack() {
        try (DeviceMemory memory = device.allocate(2 * LENGTH); Kernels kernels = device.openKernels();
                Captured captured = kernels.capture(() -> sum(kernels, memory))) {
            captured.replay();
        }
    }

    @Test
    void graphOutlivesItsContext() {
        try (DeviceMemory memory = device.allocate(2 * LENGTH)) {
            Kernels kernels = device.openKernels();
            Captured captured = kernels.capture(() -> sum(kernels, memory));
            kernels.close();
            captured.close();
        }
    }

    @Test
    void captureThatFails() {
        try (DeviceMemory memory = device.allocate(2 * LENGTH); Kernels kernels = device.openKernels()) {
            sum(kernels, memory);
            int[] calls = new int[1];
            assertThrows(AssertionError.class, () -> kernels.capture(() -> {
                sum(kernels, memory);
                if (++calls[0] == 2) {
                    throw new AssertionError();
                }
            }));
            sum(kernels, memory);
        }
    }

    @Test
    void allocationThatFails() {
        assertThrows(OutOfDeviceMemoryException.class, () -> device.allocate(Long.MAX_VALUE / 8));
        assertThrows(OutOfDeviceMemoryException.class, () -> device.allocate(1L << 50));
    }

    /** Of many lanes, which needs scratch memory. */
    private static void sum(Kernels kernels, DeviceMemory memory) {
        Slice[] lanes = new Slice[10];
        Arrays.fill(lanes, memory.slice(LENGTH, LENGTH));
        kernels.sumLanes(lanes, 0, LENGTH, memory.slice(0, LENGTH));
    }

    private long freeBytes() {
        long[] properties = new long[BootNative.BOOT_CUDA_DEVICE_COUNT];
        byte[] name = new byte[256];
        library.requireOk("properties", BootNative.boot_cuda_device(library.handle(), properties, name, name.length));
        return properties[BootNative.BOOT_CUDA_DEVICE_FREE];
    }
}
