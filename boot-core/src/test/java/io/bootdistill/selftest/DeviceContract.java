package io.bootdistill.selftest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Captured;
import io.bootdistill.device.Conv;
import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Linear;
import io.bootdistill.device.Philox;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.device.Weights;
import io.bootdistill.internal.device.AdamStep;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every device has to do; a device's tests extend this class. */
public abstract class DeviceContract {

    /** The device under test. */
    protected abstract Device device();

    /** Whether an operation is put to the test: all are, but of a device that shares the others with another device. */
    protected boolean tests(Kernel operation) {
        return true;
    }

    /** Whether another batch may give a sample other bits: of no device of ours, but of libraries of others. */
    protected boolean samplesMayDependOnTheBatch() {
        return false;
    }

    private List<OperationCase> cases() {
        return OperationCases.all().stream()
                .filter(operation -> tests(operation.operation()) && device().supports(operation.operation()))
                .toList();
    }

    /** Outputs agree with the reference device, nothing else is written, and a second run on tight memory gives the same bits. */
    @TestFactory
    Stream<DynamicNode> agreesWithReference() {
        return forEachCase(cases(), operation -> {
            Map<String, float[]> actual = operation.run(device());
            Map<String, float[]> expected = operation.run(Devices.named("reference"));
            double factor = device().errorFactor(operation.operation());
            assertNull(Agreement.of(operation, actual, expected, factor).disagreement(), operation::name);
            operation.runOnTightMemory(device()).forEach((output, values) ->
                    assertArrayEquals(actual.get(output), values, () -> operation + ", second run: " + output));
        });
    }

    /** A sample's values are the same bits alone and in a batch, wherever it stands. */
    @TestFactory
    Stream<DynamicNode> samplesDoNotDependOnTheBatch() {
        List<OperationCase> cases = cases().stream()
                .filter(operation -> operation.samples() > 1 && !samplesMayDependOnTheBatch())
                .filter(operation -> operation.operands.stream().anyMatch(o -> o.written() && o.perSample()))
                .toList();
        return forEachCase(cases, operation -> {
            Map<String, float[]> batch = operation.run(device());
            for (int sample = 0; sample < operation.samples(); sample++) {
                int first = sample;
                operation.run(device(), sample, 1).forEach((output, values) -> {
                    if (operation.operand(output).perSample()) {
                        float[] inBatch = new float[values.length];
                        System.arraycopy(batch.get(output), first * values.length, inBatch, 0, values.length);
                        assertArrayEquals(values, inBatch,
                                () -> operation + ", sample " + first + " in the batch: " + output);
                    }
                });
            }
        });
    }

    /** A call that derives by itself what could be prepared of its weights gives the same bits. */
    @TestFactory
    Stream<DynamicNode> preparedWeightsChangeNoBits() {
        List<OperationCase> cases = cases().stream().filter(operation -> operation.preparation != null).toList();
        return forEachCase(cases, operation -> {
            try (BoundCase bound = operation.bind(device())) {
                bound.call(bound.operands().with(Operands.PREPARED, prepared -> null));
                bound.requireRestUntouched();
                Map<String, float[]> prepared = operation.run(device());
                bound.outputs().forEach((output, values) ->
                        assertArrayEquals(prepared.get(output), values, () -> operation + ": " + output));
            }
        });
    }

    @Test
    void preparingRefusesToDoWithoutMemory() {
        Linear linear = new Linear(3, 5);
        Conv conv = Conv.same(4, 4, 3, 5);
        try (DeviceMemory memory = device().allocate(conv.weights()); Kernels kernels = device().openKernels()) {
            Weights weights = new Weights(memory.slice(), null);
            if (kernels.preparedLength(linear, false) > 0) {
                assertThrows(IllegalArgumentException.class, () -> kernels.prepare(linear, weights, false));
            }
            if (kernels.preparedLength(conv, false) > 0) {
                assertThrows(IllegalArgumentException.class, () -> kernels.prepare(conv, weights, false));
            }
        }
    }

    /** Captured calls take what lies in device memory when they are replayed, not when they were captured. */
    @Test
    void replayReadsNewValues() {
        try (Kernels kernels = device().openKernels(); DeviceMemory memory = device().allocate(2)) {
            Tensor x = Tensor.of(memory.slice(0, 1), 1);
            Tensor sum = Tensor.of(memory.slice(1, 1), 1);
            kernels.upload(new float[] {1, 0}, 0, memory.slice());
            try (Captured captured = kernels.capture(() -> {
                kernels.affine(1, x, 2, 0, null, x);
                kernels.affine(1, x, 1, 0, sum, sum);
            })) {
                assertArrayEquals(new float[] {2, 2}, download(kernels, memory.slice()), "carried out once");
                captured.replay();
                assertArrayEquals(new float[] {4, 6}, download(kernels, memory.slice()));
                kernels.upload(new float[] {10}, 0, x.data());
                captured.replay();
                assertArrayEquals(new float[] {20, 26}, download(kernels, memory.slice()));
            }
        }
    }

    /** Captured, and replayed when all operands have other values, an operation gives the bits of one that is called then. */
    @TestFactory
    Stream<DynamicNode> replayGivesTheBitsOfACall() {
        return forEachCase(cases(), operation -> {
            try (BoundCase called = operation.bind(device());
                    BoundCase replayed = operation.bind(device());
                    Captured captured = replayed.capture()) {
                replayed.refill(1);
                captured.replay();
                replayed.requireRestUntouched();
                called.refill(1);
                called.prepare();
                called.call();
                Map<String, float[]> expected = called.outputs();
                replayed.outputs().forEach((output, values) ->
                        assertArrayEquals(expected.get(output), values, () -> operation + ", replayed: " + output));
            }
        });
    }

    /** Short operands, other channels and closed memory are refused by name, before anything is written. */
    @TestFactory
    Stream<DynamicNode> refusesBadOperands() {
        Map<Kernel, OperationCase> fullest = new LinkedHashMap<>(); // per operation, the first case with most operands
        for (OperationCase operation : cases()) {
            fullest.merge(operation.operation(), operation,
                    (a, b) -> b.operands.size() > a.operands.size() ? b : a);
        }
        fullest.remove(Kernel.FILL); // fits a target of any length; see fillRefusesClosedMemory
        return forEachCase(List.copyOf(fullest.values()), this::requireRefusals);
    }

    private void requireRefusals(OperationCase operation) {
        try (BoundCase bound = operation.bind(device()); BoundCase rehearsal = operation.bind(device())) {
            rehearsal.call();
            Operands operands = bound.operands();
            for (String name : rehearsal.operands().used()) {
                Operands shorter = operands.with(name, tensor -> new Tensor(
                        tensor.data().slice(0, tensor.data().length() - 1), tensor.channels(), tensor.stride()));
                requireRefusal(operation, bound, shorter, name);
            }
            for (String name : rehearsal.operands().usedTensors()) {
                // Where there is only one tensor, its channels are those of the operation.
                if (operands.tensor(name).channels() > 1 && rehearsal.operands().usedTensors().size() > 1) {
                    requireRefusal(operation, bound, operands.with(name, tensor -> tensor.columns(1, tensor.channels() - 1)), "");
                }
            }
            for (String name : rehearsal.operands().used()) {
                try (BoundCase closing = operation.bind(device())) {
                    closing.closeMemory(name);
                    assertThrows(IllegalStateException.class, closing::call, () -> operation + ": " + name + " closed");
                    closing.requireUntouched();
                }
            }
        }
    }

    private static void requireRefusal(OperationCase operation, BoundCase bound, Operands bad, String name) {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> bound.call(bad), () -> operation + ": " + name);
        String parameter = name.replaceAll("\\[.*", "");
        assertTrue(refusal.getMessage().contains(parameter), () -> name + " is not named: " + refusal.getMessage());
        bound.requireUntouched();
    }

    /** The tree of {@link Kernels#sumLanes}: values whose sum is exact in float32 in its order and in no simpler one. */
    @Test
    void sumsLanesByTheFixedTree() {
        float big = 1 << 25; // big + 2 is not a float32
        requireTreeSum(2, 1, 1, big, -big);
        requireTreeSum(2, big, -big, 2);
        requireTreeSum(2, 1, 1, big, -big, big, -big);
        requireTreeSum(3, big, -big, 1, 1, big, -big, 1);
        requireTreeSum(4, 1, 1, big, -big, 1, 1, -big, big);
        requireTreeSum(4, 1, 1, big, -big, 1, 1, -big, big, 0);
    }

    private void requireTreeSum(float expected, float... lanes) {
        try (DeviceMemory memory = device().allocate(lanes.length + 1); Kernels kernels = device().openKernels()) {
            Slice[] slices = new Slice[lanes.length];
            for (int lane = 0; lane < lanes.length; lane++) {
                slices[lane] = memory.slice(lane, 1);
                kernels.upload(lanes, lane, slices[lane]);
            }
            kernels.sumLanes(slices, 0, 1, memory.slice(lanes.length, 1));
            assertArrayEquals(new float[] {expected}, download(kernels, memory.slice(lanes.length, 1)));
        }
    }

    /** The same bits, so that one may take the place of the other: an optimiser that changes nothing but the average. */
    @Test
    void averageIsThatOfAdamW() {
        int length = 1037;
        float[] step = new float[AdamStep.COUNT]; // a rate of 0 keeps θ, decays of 1 keep m and v
        for (int one : new int[] {
                AdamStep.BETA1, AdamStep.BETA2, AdamStep.EPSILON, AdamStep.CORRECTION1, AdamStep.CORRECTION2, AdamStep.CLIP}) {
            step[one] = 1;
        }
        step[AdamStep.EMA_RATE] = 0.0123f;
        float[] values = new float[2 * length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Philox.normal(1, 0, i);
        }
        try (DeviceMemory memory = device().allocate(6L * length + AdamStep.COUNT); Kernels kernels = device().openKernels()) {
            Slice zeros = memory.slice(0, length);
            Slice theta = memory.slice(length, length);
            Slice average = memory.slice(2L * length, length);
            Slice ema = memory.slice(3L * length, length);
            Slice block = memory.slice(6L * length, AdamStep.COUNT);
            kernels.upload(step, 0, block);
            kernels.upload(values, 0, theta);
            kernels.upload(values, length, average);
            kernels.upload(values, length, ema);
            kernels.adamW(block, 3, length - 1, zeros, theta, memory.slice(4L * length, length),
                    memory.slice(5L * length, length), ema);
            kernels.average(3, length - 1, theta, step[AdamStep.EMA_RATE], average);
            assertArrayEquals(download(kernels, ema), download(kernels, average));
        }
    }

    /** Labels come from device memory, where no call can refuse them: what has no row is no number, and no other memory is touched. */
    @Test
    void labelsWithoutARowReachNoMemory() {
        float[] labels = {1, -1, 2, Float.NaN, 1e30f, -1e30f, 0, Float.POSITIVE_INFINITY};
        float none = Float.NaN;
        try (DeviceMemory memory = device().allocate(20); Kernels kernels = device().openKernels()) {
            Slice placed = memory.slice(0, 8);
            Slice table = memory.slice(9, 2);
            Tensor y = Tensor.of(memory.slice(12, 8), 1);
            kernels.upload(labels, 0, placed);
            kernels.upload(new float[] {7, 3, 5, 7}, 0, memory.slice(8, 4));
            kernels.embeddingForward(8, 2, placed, table, null, y);
            assertArrayEquals(new float[] {5, none, none, none, none, none, 3, none}, download(kernels, y.data()));
            kernels.fill(y.data(), 1);
            kernels.embeddingBackward(8, 2, placed, y, table, true);
            assertArrayEquals(new float[] {7, 4, 6, 7}, download(kernels, memory.slice(8, 4)));
        }
    }

    @Test
    void memoryStartsWithZerosAndTransfersKeepBits() {
        try (DeviceMemory memory = device().allocate(9); Kernels kernels = device().openKernels()) {
            assertArrayEquals(new float[9], download(kernels, memory.slice()));
            float[] source = {7, -0f, Float.MIN_VALUE, Float.MAX_VALUE, Float.NEGATIVE_INFINITY, 0.1f};
            kernels.upload(source, 1, memory.slice(3, 5));
            assertArrayEquals(
                    new float[] {0, 0, 0, -0f, Float.MIN_VALUE, Float.MAX_VALUE, Float.NEGATIVE_INFINITY, 0.1f, 0},
                    download(kernels, memory.slice()));
            float[] target = {1, 2, 3, 4};
            kernels.download(memory.slice(6, 2), target, 1);
            assertArrayEquals(new float[] {1, Float.NEGATIVE_INFINITY, 0.1f, 4}, target);
        }
    }

    /** Also rows longer than the memory through which a device transfers, and more of them than it takes at a time. */
    @ParameterizedTest
    @CsvSource({"1, 1, 1", "3, 5, 7", "17, 1, 4", "2, 16384, 16387", "3, 16385, 16385", "4099, 7, 7", "2341, 7, 11"})
    void rowsAreTransferred(int rows, int channels, int stride) {
        int length = (rows - 1) * stride + channels;
        try (DeviceMemory memory = device().allocate(length + 2); Kernels kernels = device().openKernels()) {
            kernels.fill(memory.slice(), -1);
            Tensor matrix = new Tensor(memory.slice(1, length), channels, stride);
            float[] dense = new float[2 + rows * channels];
            for (int i = 0; i < dense.length; i++) {
                dense[i] = i + 0.5f;
            }
            kernels.upload(dense, 1, rows, matrix);
            float[] flat = download(kernels, memory.slice());
            for (int i = 0; i < flat.length; i++) {
                int row = (i - 1) / stride;
                int channel = (i - 1) % stride;
                boolean inside = i > 0 && row < rows && channel < channels;
                assertEquals(inside ? 1.5f + row * channels + channel : -1, flat[i], "value " + i);
            }
            float[] back = new float[dense.length];
            kernels.download(rows, matrix, back, 1);
            dense[0] = 0;
            dense[dense.length - 1] = 0;
            assertArrayEquals(dense, back);
            assertThrows(IllegalArgumentException.class, () -> kernels.upload(dense, 3, rows, matrix));
            assertThrows(IllegalArgumentException.class, () -> kernels.download(rows, matrix, back, -1));
            assertThrows(IllegalArgumentException.class, () -> kernels.upload(new float[dense.length + stride], 0, rows + 1, matrix));
        }
    }

    @Test
    void transfersRefuseShortArraysAndClosedMemory() {
        DeviceMemory memory = device().allocate(4);
        try (Kernels kernels = device().openKernels()) {
            float[] array = new float[4];
            assertThrows(IllegalArgumentException.class, () -> kernels.upload(array, 1, memory.slice()));
            assertThrows(IllegalArgumentException.class, () -> kernels.upload(array, -1, memory.slice(0, 1)));
            assertThrows(IllegalArgumentException.class, () -> kernels.download(memory.slice(), array, 1));
            assertThrows(IllegalArgumentException.class, () -> kernels.download(memory.slice(0, 1), array, -1));
            memory.close();
            memory.close();
            assertThrows(IllegalStateException.class, () -> kernels.upload(array, 0, memory.slice()));
            assertThrows(IllegalStateException.class, () -> kernels.download(memory.slice(), array, 0));
            assertThrows(IllegalStateException.class, () -> kernels.fill(memory.slice(), 0));
        }
        assertThrows(IllegalArgumentException.class, () -> device().allocate(0));
        assertThrows(IllegalArgumentException.class, () -> device().allocate(-(1L << 32) + 1));
    }

    private static float[] download(Kernels kernels, Slice slice) {
        float[] values = new float[(int) slice.length()];
        kernels.download(slice, values, 0);
        return values;
    }

    static Stream<DynamicNode> forEachCase(List<OperationCase> cases, Consumer<OperationCase> test) {
        Map<Kernel, List<OperationCase>> byOperation =
                cases.stream().collect(Collectors.groupingBy(OperationCase::operation, LinkedHashMap::new, Collectors.toList()));
        return byOperation.entrySet().stream().map(entry -> DynamicContainer.dynamicContainer(
                entry.getKey().toString(),
                entry.getValue().stream().map(
                        operation -> DynamicTest.dynamicTest(operation.name(), () -> test.accept(operation)))));
    }
}
