package io.bootdistill.cuda;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.OutOfDeviceMemoryException;

/** What the families of kernels share: the native context, and what becomes of a status. */
interface CudaContext extends Kernels {

    /**
     * The native context.
     *
     * @throws IllegalStateException if these kernels are closed
     */
    long context();

    /**
     * Calls run later than they are made, so an error may be one of an earlier operation.
     *
     * @throws RuntimeException that says what the status means, unless it is OK
     */
    static void requireOk(String operation, int status) {
        if (status == BootCuda.BOOT_OK) {
            return;
        }
        if (status == BootCuda.BOOT_OUT_OF_MEMORY) {
            throw new OutOfDeviceMemoryException(CudaDevice.NAME);
        }
        throw new IllegalStateException("cuda kernel " + operation + " failed, or one that was called before it: "
                + (status < BootCuda.BOOT_CUDA_ERROR ? "status " + status : errorName(status)));
    }

    /** The name that CUDA has for the error in a status. */
    static String errorName(int status) {
        return BootCuda.boot_cuda_error_name(status).getString();
    }
}
