package io.bootdistill.reference;

import static io.bootdistill.reference.Arrays64.read;
import static io.bootdistill.reference.Arrays64.tensor;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Activation;
import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.OutOfDeviceMemoryException;
import io.bootdistill.device.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The device, its memory and its copies. */
@Tag("fast")
class ReferenceDeviceTest {

    private final ReferenceKernels kernels = new ReferenceKernels();

    @Test
    void isFoundByItsName() {
        Device device = Devices.named("reference");
        assertEquals("reference", device.name());
        assertSame(device, Devices.named("reference"));
        assertEquals(0, new ReferenceDeviceProvider().priority());
    }

    @Test
    void memoryKeepsFloat64AndDownloadsFloat32() {
        ReferenceMemory memory = (ReferenceMemory) Devices.named("reference").allocate(2);
        memory.set(1, 0.1);
        assertEquals(0.1, memory.get(1));
        float[] target = new float[2];
        kernels.download(memory.slice(), target, 0);
        assertArrayEquals(new float[] {0, 0.1f}, target);
        assertThrows(IndexOutOfBoundsException.class, () -> memory.get(2));
        assertThrows(IndexOutOfBoundsException.class, () -> memory.set(-1, 0));
        memory.close();
        assertThrows(IllegalStateException.class, () -> memory.get(0));
    }

    @Test
    void refusesWhatItCannotHold() {
        OutOfDeviceMemoryException refusal =
                assertThrows(OutOfDeviceMemoryException.class, () -> new ReferenceDevice().allocate(1L << 31));
        assertTrue(refusal.getMessage().contains("reference") && refusal.getMessage().contains("17179869184 bytes"));
    }

    @Test
    void refusesMemoryOfAnotherDevice() {
        DeviceMemory foreign = new DeviceMemory(1) {
            @Override
            protected void free() {}
        };
        Tensor x = Tensor.of(foreign.slice(), 1);
        IllegalArgumentException refusal = assertThrows(
                IllegalArgumentException.class, () -> kernels.activationForward(1, Activation.SILU, x, tensor(1, 0)));
        assertTrue(refusal.getMessage().startsWith("x lies in memory of another device"), refusal.getMessage());
    }

    @Test
    void affineCopiesAddsAndScales() {
        Tensor y = tensor(2, 1, 2, 3, 4);
        Tensor x = tensor(2, 10, 20, 30, 40);
        kernels.affine(2, x, 0.5f, -1, y, y);
        assertArrayEquals(new double[] {5, 11, 17, 23}, read(y), 0);
        kernels.affine(2, x, 1, 0, null, y);
        assertArrayEquals(read(x), read(y), 0);
        kernels.affine(2, x, 1, 0, tensor(2, 1, 1, 1, 2), y);
        assertArrayEquals(new double[] {11, 21, 31, 42}, read(y), 0);
        Tensor wide = tensor(3, 1, 2, 3, 4, 5, 6); // a column of a wider matrix
        kernels.affine(2, wide.columns(2, 1), 1, 0, null, wide.columns(0, 1));
        assertArrayEquals(new double[] {3, 2, 3, 6, 5, 6}, read(wide), 0);
    }
}
