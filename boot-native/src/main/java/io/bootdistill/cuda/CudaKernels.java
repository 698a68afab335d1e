package io.bootdistill.cuda;

import io.bootdistill.device.Captured;
import io.bootdistill.internal.natives.BootNative;
import io.bootdistill.internal.natives.NativeKernels;
import io.bootdistill.internal.natives.NativeLibrary;

/** All operations of the cuda device, whose calls can be captured. */
class CudaKernels extends NativeKernels {

    /**
     * Opens a context.
     *
     * @param leader the native context whose stream it uses
     */
    CudaKernels(NativeLibrary library, long leader) {
        super(library, () -> join(library, leader));
    }

    private static long join(NativeLibrary library, long leader) {
        long[] created = new long[1];
        library.requireOk("context", BootNative.boot_cuda_context_join(leader, created));
        return created[0];
    }

    @Override
    public Captured capture(Runnable calls) {
        calls.run(); // this gives scratch memory its size, too
        return CudaGraph.of(this, calls);
    }
}
