package io.bootdistill.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.device.AdamStep;
import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A recorded step takes what lies in device memory when it is launched, not when it was recorded. */
@Tag("emulated")
class CudaGraphTest {

    private static final int LENGTH = 100;

    private final Device device = Devices.named(CudaDevice.NAME);

    @Test
    void recordedStepReadsNewValues() {
        float[] replayed = new float[2 * LENGTH];
        float[] called = new float[2 * LENGTH];
        try (DeviceMemory memory = device.allocate(6 * LENGTH + AdamStep.COUNT);
                CudaKernels kernels = (CudaKernels) device.openKernels()) {
            update(kernels, memory); // gives scratch memory its size
            start(kernels, memory);
            require(BootCuda.boot_cuda_capture_begin(kernels.context()));
            update(kernels, memory);
            long[] graph = new long[1];
            require(BootCuda.boot_cuda_capture_end(kernels.context(), graph));
            for (int step = 0; step < 2; step++) {
                kernels.upload(step(step), 0, memory.slice(6 * LENGTH, AdamStep.COUNT));
                require(BootCuda.boot_cuda_graph_launch(kernels.context(), graph[0]));
                kernels.download(memory.slice(LENGTH, LENGTH), replayed, step * LENGTH);
            }
            require(BootCuda.boot_cuda_graph_destroy(graph[0]));

            start(kernels, memory);
            for (int step = 0; step < 2; step++) {
                kernels.upload(step(step), 0, memory.slice(6 * LENGTH, AdamStep.COUNT));
                update(kernels, memory);
                kernels.download(memory.slice(LENGTH, LENGTH), called, step * LENGTH);
            }
        }
        assertArrayEquals(called, replayed);
    }

    /** Gradient from ten lanes (which needs scratch memory), its norm and clip, AdamW. */
    private static void update(Kernels kernels, DeviceMemory memory) {
        Slice gradient = memory.slice(0, LENGTH);
        Slice[] lanes = new Slice[10];
        Arrays.fill(lanes, memory.slice(5 * LENGTH, LENGTH));
        Slice step = memory.slice(6 * LENGTH, AdamStep.COUNT);
        kernels.sumLanes(lanes, 0, LENGTH - 1, gradient);
        kernels.squaredNorm(gradient, 0, 1, memory.slice(LENGTH - 1, 1)); // the last value is no gradient but the partial sum
        kernels.clip(memory.slice(LENGTH - 1, 1), 1, step);
        kernels.adamW(step, 0, LENGTH - 1, gradient, memory.slice(LENGTH, LENGTH), memory.slice(2 * LENGTH, LENGTH),
                memory.slice(3 * LENGTH, LENGTH), memory.slice(4 * LENGTH, LENGTH));
    }

    private static void start(Kernels kernels, DeviceMemory memory) {
        float[] values = new float[6 * LENGTH];
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.abs(Philox.normal(1, 0, i));
        }
        values[LENGTH - 1] = 0;
        kernels.upload(values, 0, memory.slice(0, 6 * LENGTH));
    }

    private static float[] step(int index) {
        float[] step = new float[AdamStep.COUNT];
        step[AdamStep.RATE] = 0.1f / (1 + index);
        step[AdamStep.BETA1] = 0.9f;
        step[AdamStep.BETA2] = 0.99f;
        step[AdamStep.EPSILON] = 1e-8f;
        step[AdamStep.CORRECTION1] = 10f / (1 + index);
        step[AdamStep.CORRECTION2] = 100f / (1 + index);
        step[AdamStep.EMA_RATE] = 0.5f;
        step[AdamStep.MAX_NORM] = 1;
        return step;
    }

    @Test
    void transfersAreRefusedWhileRecording() {
        try (DeviceMemory memory = device.allocate(8); CudaKernels kernels = (CudaKernels) device.openKernels()) {
            require(BootCuda.boot_cuda_capture_begin(kernels.context()));
            float[] host = new float[8];
            assertThrows(IllegalStateException.class, () -> kernels.upload(host, 0, memory.slice()));
            assertThrows(IllegalStateException.class, () -> kernels.download(memory.slice(), host, 0));
            assertThrows(IllegalStateException.class,
                    () -> kernels.noise(2, 4, new long[2], 0, Tensor.of(memory.slice(), 1)));
            kernels.fill(memory.slice(), 3);
            long[] graph = new long[1];
            require(BootCuda.boot_cuda_capture_end(kernels.context(), graph));
            kernels.download(memory.slice(), host, 0);
            assertArrayEquals(new float[8], host, "recorded, not carried out");
            require(BootCuda.boot_cuda_graph_launch(kernels.context(), graph[0]));
            kernels.download(memory.slice(), host, 0);
            assertArrayEquals(new float[] {3, 3, 3, 3, 3, 3, 3, 3}, host);
            require(BootCuda.boot_cuda_graph_destroy(graph[0]));
        }
    }

    /** Noise with its seeds in device memory is that with seeds from the host. */
    @Test
    void noiseReadsSeedsOfTheDevice() {
        long[] seeds = {Philox.seed(1, 2, 3), Philox.seed(4, 5, 6)};
        float[] words = new float[4];
        for (int i = 0; i < words.length; i++) {
            words[i] = Float.intBitsToFloat((int) (seeds[i / 2] >>> 32 * (i % 2)));
        }
        float[] drawn = new float[32];
        try (DeviceMemory memory = device.allocate(36); CudaKernels kernels = (CudaKernels) device.openKernels()) {
            kernels.upload(words, 0, memory.slice(0, 4));
            long at = CudaMemory.address("seeds", memory.slice(0, 4), 4);
            require(BootCuda.boot_cuda_noise(kernels.context(), 2, 8, 2, at, 7, at + 4 * Float.BYTES, 2));
            kernels.download(memory.slice(4, 32), drawn, 0);
        }
        for (int i = 0; i < drawn.length; i++) {
            int element = i % 2 * 8 + i / 2 % 8; // in the order channel, pixel
            assertEquals(Philox.normal(seeds[i / 16], 7, element), drawn[i]);
        }
    }

    private static void require(int status) {
        CudaContext.requireOk("graph", status);
    }
}
