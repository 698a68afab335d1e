package io.bootdistill.internal.natives;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Linear;
import io.bootdistill.device.Tensor;
import io.bootdistill.device.Weights;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Both native devices in one JVM, through the same library of JNI functions. */
@Tag("emulated")
class TwoDevicesTest {

    private static final int ROWS = 3;
    private static final Linear LINEAR = new Linear(2, 2);

    private final Device cpu = Devices.named("cpu");
    private final Device cuda = Devices.named("cuda");

    /** Calls of two contexts of each device alternate. */
    @Test
    void eachCallGoesToItsDevice() {
        try (Layer a = new Layer(cpu); Layer b = new Layer(cuda); Layer c = new Layer(cpu); Layer d = new Layer(cuda)) {
            assertNotEquals(((NativeContext) a.kernels).library().handle(), ((NativeContext) b.kernels).library().handle());
            Layer[] layers = {a, b, c, d};
            for (int i = 0; i < layers.length; i++) {
                layers[i].upload(i + 1);
            }
            for (Layer layer : layers) {
                layer.forward();
            }
            for (int i = 0; i < layers.length; i++) {
                float x = i + 1;
                assertArrayEquals(new float[] {4 * x, 6 * x, 4 * x, 6 * x, 4 * x, 6 * x}, layers[i].download());
            }
        }
    }

    @Test
    void closedContextLeavesTheOthersAlone() {
        try (Layer a = new Layer(cuda); Layer b = new Layer(cpu)) {
            new Layer(cuda).close();
            new Layer(cpu).close();
            for (Layer layer : new Layer[] {a, b}) {
                layer.upload(1);
                layer.forward();
                assertEquals(4, layer.download()[0]);
            }
        }
    }

    @Test
    void memoryOfTheOtherDeviceIsRefused() {
        try (Layer a = new Layer(cpu); Layer b = new Layer(cuda)) {
            assertEquals("target lies in memory of another device (cuda), must be memory of the cpu device",
                    assertThrows(IllegalArgumentException.class, () -> a.kernels.fill(b.x.data(), 1)).getMessage());
            assertEquals("target lies in memory of another device (cpu), must be memory of the cuda device",
                    assertThrows(IllegalArgumentException.class, () -> b.kernels.fill(a.x.data(), 1)).getMessage());
        }
    }

    /** A linear layer with the weights 1, 2; 3, 4. */
    private static final class Layer implements AutoCloseable {

        final Kernels kernels;
        final DeviceMemory memory;
        final Tensor x;
        final Tensor y;
        final Weights weights;

        Layer(Device device) {
            kernels = device.openKernels();
            int prepared = Math.toIntExact(kernels.preparedLength(LINEAR, false));
            memory = device.allocate(6 + 6 + 4 + Math.max(1, prepared));
            x = Tensor.of(memory.slice(0, 6), 2);
            y = Tensor.of(memory.slice(6, 6), 2);
            weights = new Weights(memory.slice(12, 4), prepared == 0 ? null : memory.slice(16, prepared));
        }

        void upload(float value) {
            kernels.upload(new float[] {1, 2, 3, 4}, 0, weights.values());
            kernels.prepare(LINEAR, weights, false);
            kernels.fill(x.data(), value);
        }

        void forward() {
            kernels.linearForward(ROWS, LINEAR, x, weights, null, null, y);
        }

        float[] download() {
            float[] values = new float[6];
            kernels.download(y.data(), values, 0);
            return values;
        }

        @Override
        public void close() {
            memory.close();
            kernels.close();
        }
    }
}
