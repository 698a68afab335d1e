package io.bootdistill.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Conv;
import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.device.Weights;
import io.bootdistill.internal.natives.BootNative;
import io.bootdistill.selftest.DeviceContract;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The convolution by cuDNN keeps the contract: our part of it and the presets are real, cuDNN itself is a stand-in; on a GPU it is
 * the installed one.
 */
@Tag("emulated")
class CudnnContractTest extends DeviceContract {

    private static boolean installed;

    private final CudaDevice device = CudaBuild.device(CudaPrecision.FLOAT32, true);

    @BeforeAll
    static void load() {
        installed = CudnnStandIn.loadOrRequireInstalled();
    }

    @Override
    protected Device device() {
        return device;
    }

    @Override
    protected boolean tests(Kernel operation) {
        return operation.toString().startsWith("conv");
    }

    /** cuDNN chooses by the size of the batch, the stand-in does not. */
    @Override
    protected boolean samplesMayDependOnTheBatch() {
        return installed;
    }

    @Test
    void descriptionNamesCudnn() {
        assertTrue(device.description().endsWith(", float32, convolutions by cuDNN)"), device.description());
    }

    /** [tap][in][out] becomes [out][tap][in], at sizes below, at and above the square that a block transposes. */
    @Test
    void preparedWeightsAreFilters() {
        for (int[] size : new int[][] {{1, 1}, {3, 2}, {4, 31}, {7, 32}, {32, 33}, {15, 65}}) {
            Conv conv = Conv.same(4, 4, size[0], size[1]);
            int length = (int) conv.weights();
            float[] weights = new float[length];
            float[] filters = new float[length];
            for (int i = 0; i < length; i++) {
                weights[i] = i;
            }
            try (DeviceMemory memory = device.allocate(2L * length); Kernels kernels = device.openKernels()) {
                assertEquals(length, kernels.preparedLength(conv, false));
                Weights placed = new Weights(memory.slice(0, length), memory.slice(length, length));
                kernels.upload(weights, 0, placed.values());
                kernels.prepare(conv, placed, false);
                kernels.download(placed.prepared(), filters, 0);
            }
            for (int out = 0; out < conv.out(); out++) {
                for (int tap = 0; tap < 9; tap++) {
                    for (int in = 0; in < conv.in(); in++) {
                        assertEquals((tap * conv.in() + in) * conv.out() + out, filters[(out * 9 + tap) * conv.in() + in]);
                    }
                }
            }
        }
    }

    /** cuDNN wants multiples of 16 bytes: what begins elsewhere is copied. */
    @Test
    void operandsMayBeginAnywhere() {
        assertArrayEquals(allPasses(0), allPasses(1));
    }

    /** The results of all passes, with all operands moved by some floats. */
    private float[] allPasses(int offset) {
        Conv conv = Conv.same(3, 5, 4, 4);
        float[] values = new float[384];
        for (int i = 0; i < values.length; i++) {
            values[i] = Philox.normal(1, 0, i);
        }
        float[] results = new float[272];
        try (DeviceMemory memory = device.allocate(offset + 800L); Kernels kernels = device.openKernels()) {
            kernels.upload(values, 0, memory.slice(offset, values.length));
            Slice all = memory.slice(offset, 800);
            Weights weights = new Weights(all.slice(0, 144), all.slice(384, 144));
            Tensor x = Tensor.of(all.slice(144, 60), 4);
            Tensor dy = Tensor.of(all.slice(204, 60), 4);
            Slice bias = all.slice(264, 4);
            kernels.prepare(conv, weights, true);
            kernels.convForward(1, conv, x, weights, bias, null, null, Tensor.of(all.slice(528, 60), 4));
            kernels.convBackwardInput(1, conv, dy, weights, null, Tensor.of(all.slice(588, 60), 4));
            kernels.convBackwardWeights(
                    1, conv, new Conv.Gradients(x, dy, null), all.slice(648, 144), all.slice(792, 4), false);
            kernels.download(all.slice(528, results.length), results, 0);
        }
        return results;
    }

    @Test
    void whatCudnnHasNotIsDoneByOurKernels() {
        try (Kernels kernels = device.openKernels()) {
            assertEquals(9 * 3 * 5, kernels.preparedLength(Conv.halving(4, 4, 3, 5, 1), true));
            assertEquals(0, kernels.preparedLength(Conv.halving(4, 4, 3, 5, 0), true));
            assertEquals(0, kernels.preparedLength(Conv.doubling(4, 4, 3, 5), true));
        }
    }

    @Test
    void scratchMemoryCannotGrowWhileAGraphIsRecorded() {
        try (CudaKernels kernels = (CudaKernels) device.openKernels()) {
            long[] scratch = new long[1];
            kernels.requireOk("begin", BootNative.boot_cuda_capture_begin(kernels.context()));
            assertEquals(BootNative.BOOT_CUDA_NOT_CAPTURABLE, BootNative.boot_cuda_scratch(kernels.context(), 1 << 20, scratch));
            long[] graph = new long[1];
            kernels.requireOk("end", BootNative.boot_cuda_capture_end(kernels.context(), graph));
            kernels.requireOk("destroy", BootNative.boot_cuda_graph_destroy(graph[0]));
            kernels.requireOk("scratch", BootNative.boot_cuda_scratch(kernels.context(), 1 << 20, scratch));
        }
    }

    @Test
    void closedKernelsRefuseCalls() {
        CudaKernels kernels = (CudaKernels) device.openKernels();
        kernels.close();
        kernels.close();
        Conv conv = Conv.same(4, 4, 1, 1);
        try (DeviceMemory memory = device.allocate(18)) {
            Weights weights = new Weights(memory.slice(0, 9), memory.slice(9, 9));
            assertThrows(IllegalStateException.class, () -> kernels.prepare(conv, weights, false));
        }
    }
}
