package io.bootdistill.cuda;

import io.bootdistill.device.Captured;
import io.bootdistill.internal.natives.BootNative;

/** Calls recorded as a CUDA graph, and launched as one. */
final class CudaGraph implements Captured {

    private final CudaKernels kernels;
    private long graph;

    private CudaGraph(CudaKernels kernels, long graph) {
        this.kernels = kernels;
        this.graph = graph;
    }

    /** Records the calls, without carrying them out. They have been made before, so that scratch memory need not grow. */
    static CudaGraph of(CudaKernels kernels, Runnable calls) {
        kernels.requireOk("capture", BootNative.boot_cuda_capture_begin(kernels.context()));
        try {
            calls.run();
        } catch (RuntimeException | Error e) { // without an end, the stream would never run again
            long[] part = new long[1];
            BootNative.boot_cuda_capture_end(kernels.context(), part);
            if (part[0] != 0) {
                BootNative.boot_cuda_graph_destroy(part[0]);
            }
            throw e;
        }
        long[] recorded = new long[1];
        kernels.requireOk("capture", BootNative.boot_cuda_capture_end(kernels.context(), recorded));
        return new CudaGraph(kernels, recorded[0]);
    }

    @Override
    public void replay() {
        if (graph == 0) {
            throw new IllegalStateException("these captured calls are closed");
        }
        kernels.requireOk("replay", BootNative.boot_cuda_graph_launch(kernels.context(), graph));
    }

    @Override
    public void close() {
        long closing = graph;
        graph = 0;
        if (closing != 0) {
            kernels.requireOk("close", BootNative.boot_cuda_graph_destroy(closing));
        }
    }
}
