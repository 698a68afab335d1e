package io.bootdistill.cuda;

import io.bootdistill.device.Captured;

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
        CudaContext.requireOk("capture", BootCuda.boot_cuda_capture_begin(kernels.context()));
        try {
            calls.run();
        } catch (RuntimeException | Error e) { // without an end, the stream would never run again
            long[] part = new long[1];
            BootCuda.boot_cuda_capture_end(kernels.context(), part);
            BootCuda.boot_cuda_graph_destroy(part[0]);
            throw e;
        }
        long[] recorded = new long[1];
        CudaContext.requireOk("capture", BootCuda.boot_cuda_capture_end(kernels.context(), recorded));
        return new CudaGraph(kernels, recorded[0]);
    }

    @Override
    public void replay() {
        if (graph == 0) {
            throw new IllegalStateException("these captured calls are closed");
        }
        CudaContext.requireOk("replay", BootCuda.boot_cuda_graph_launch(kernels.context(), graph));
    }

    @Override
    public void close() {
        long closing = graph;
        graph = 0;
        CudaContext.requireOk("close", BootCuda.boot_cuda_graph_destroy(closing));
    }
}
