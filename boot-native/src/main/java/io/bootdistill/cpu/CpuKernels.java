package io.bootdistill.cpu;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** All operations of the cpu device, family by family, in one native context. */
final class CpuKernels
        implements CpuTransfers,
                CpuConvolution,
                CpuLinear,
                CpuNormalisation,
                CpuAttention,
                CpuResize,
                CpuEmbedding,
                CpuSignal,
                CpuOptimiser {

    private static final int STAGING_FLOATS = 1 << 14;

    private final FloatBuffer staging =
            ByteBuffer.allocateDirect(STAGING_FLOATS * Float.BYTES).order(ByteOrder.nativeOrder()).asFloatBuffer();
    private long[] addresses = new long[8];
    private long context;

    CpuKernels(CpuTier cap) {
        long[] created = new long[1];
        CpuContext.requireOk("context", BootCpu.boot_context_create(cap.ordinal(), created));
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
    public void close() {
        BootCpu.boot_context_destroy(context);
        context = 0;
    }
}
