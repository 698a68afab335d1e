package io.bootdistill.cuda;

import io.bootdistill.device.Captured;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** All operations of the cuda device, family by family, in one native context. */
final class CudaKernels
        implements CudaTransfers,
                CudaConvolution,
                CudaLinear,
                CudaNormalisation,
                CudaAttention,
                CudaResize,
                CudaEmbedding,
                CudaSignal,
                CudaOptimiser {

    private static final int STAGING_FLOATS = 1 << 14;

    private final FloatBuffer staging =
            ByteBuffer.allocateDirect(STAGING_FLOATS * Float.BYTES).order(ByteOrder.nativeOrder()).asFloatBuffer();
    private long[] addresses = new long[8];
    private long context;

    /**
     * Opens a context.
     *
     * @param leader the native context whose stream it uses
     */
    CudaKernels(long leader) {
        long[] created = new long[1];
        CudaContext.requireOk("context", BootCuda.boot_cuda_context_join(leader, created));
        context = created[0];
    }

    @Override
    public long context() {
        if (context == 0) {
            throw new IllegalStateException("these kernels are closed");
        }
        return context;
    }

    @Override
    public FloatBuffer staging() {
        return staging;
    }

    @Override
    public long[] addresses(int count) {
        if (addresses.length < count) {
            addresses = new long[count];
        }
        return addresses;
    }

    @Override
    public Captured capture(Runnable calls) {
        calls.run(); // this gives scratch memory its size, too
        return CudaGraph.of(this, calls);
    }

    @Override
    public void close() {
        long closing = context;
        context = 0;
        CudaContext.requireOk("close", BootCuda.boot_context_destroy(closing));
    }
}
