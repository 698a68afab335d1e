package io.bootdistill.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.device.Captured;
import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.Slice;
import io.bootdistill.internal.device.AdamStep;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Captures of the cuda device; what holds on every device is in the contract. */
@Tag("emulated")
class CudaGraphTest {

    private static final int LENGTH = 100;

    private final Device device = Devices.named(CudaDevice.NAME);

    @Test
    void capturedStepReadsNewValues() {
        float[] replayed = new float[2 * LENGTH];
        float[] called = new float[2 * LENGTH];
        try (DeviceMemory memory = device.allocate(6 * LENGTH + AdamStep.COUNT); Kernels kernels = device.openKernels()) {
            try (Captured captured = kernels.capture(() -> update(kernels, memory))) {
                run(kernels, memory, captured::replay, replayed);
            }
            run(kernels, memory, () -> update(kernels, memory), called);
        }
        assertArrayEquals(called, replayed);
    }

    private static void run(Kernels kernels, DeviceMemory memory, Runnable update, float[] parameters) {
        start(kernels, memory);
        for (int step = 0; step < 2; step++) {
            kernels.upload(step(step), 0, memory.slice(6 * LENGTH, AdamStep.COUNT));
            update.run();
            kernels.download(memory.slice(LENGTH, LENGTH), parameters, step * LENGTH);
        }
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

    /** A capture that fails leaves kernels that work. */
    @Test
    void transfersCannotBeCaptured() {
        try (DeviceMemory memory = device.allocate(8); Kernels kernels = device.openKernels()) {
            float[] host = new float[8];
            assertThrows(IllegalStateException.class, () -> kernels.capture(() -> kernels.upload(host, 0, memory.slice())));
            assertThrows(IllegalStateException.class, () -> kernels.capture(() -> kernels.download(memory.slice(), host, 0)));
            kernels.fill(memory.slice(), 3);
            kernels.download(memory.slice(), host, 0);
            assertArrayEquals(new float[] {3, 3, 3, 3, 3, 3, 3, 3}, host);
        }
    }

    /** What another thread calls meanwhile, in its own context, is carried out at once, and only then; it may close memory. */
    @Test
    void otherContextsAreNotCaptured() {
        float[] values = new float[2];
        try (DeviceMemory memory = device.allocate(2);
                Kernels kernels = device.openKernels();
                Kernels other = device.openKernels()) {
            Slice first = memory.slice(0, 1);
            try (Captured captured = kernels.capture(() -> {
                kernels.fill(first, 1);
                CompletableFuture.runAsync(() -> {
                    other.upload(new float[] {2, 2}, 0, memory.slice());
                    other.download(memory.slice(), values, 0);
                    device.allocate(1).close();
                }).join();
            })) {
                assertArrayEquals(new float[] {2, 2}, values);
                kernels.fill(memory.slice(), 3);
                captured.replay();
                kernels.download(memory.slice(), values, 0);
                assertArrayEquals(new float[] {1, 3}, values);
            }
        }
    }

    @Test
    void closedGraphIsRefused() {
        try (DeviceMemory memory = device.allocate(1); Kernels kernels = device.openKernels()) {
            Captured captured = kernels.capture(() -> kernels.fill(memory.slice(), 3));
            captured.close();
            captured.close();
            assertThrows(IllegalStateException.class, captured::replay);
        }
    }
}
