package io.bootdistill.internal.natives;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.function.LongSupplier;

/** All operations of a native device, family by family, in one native context. */
public class NativeKernels
        implements NativeTransfers,
                NativeConvolution,
                NativeLinear,
                NativeNormalisation,
                NativeLayerNorm,
                NativeActivation,
                NativeRows,
                NativeAttention,
                NativeResize,
                NativeEmbedding,
                NativeTokens,
                NativeSignal,
                NativeOptimiser {

    private static final int STAGING_FLOATS = 1 << 14;

    private final FloatBuffer staging =
            ByteBuffer.allocateDirect(STAGING_FLOATS * Float.BYTES).order(ByteOrder.nativeOrder()).asFloatBuffer();
    private final NativeLibrary library;
    private long[] addresses = new long[8];
    private long context;

    /** @param create makes the context, which these kernels own; called last, so that no failure leaves it behind */
    public NativeKernels(NativeLibrary library, LongSupplier create) {
        this.library = library;
        context = create.getAsLong();
    }

    @Override
    public final long context() {
        if (context == 0) {
            throw new IllegalStateException("these kernels are closed");
        }
        return context;
    }

    @Override
    public final NativeLibrary library() {
        return library;
    }

    @Override
    public final FloatBuffer staging() {
        return staging;
    }

    @Override
    public final long[] addresses(int count) {
        if (addresses.length < count) {
            addresses = new long[count];
        }
        return addresses;
    }

    @Override
    public void close() {
        long closing = context;
        context = 0;
        if (closing != 0) {
            requireOk("close", BootNative.boot_context_destroy(closing));
        }
    }
}
