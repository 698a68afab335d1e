package io.bootdistill.cpu;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.OutOfDeviceMemoryException;

/** What the families of kernels share: the native context, and what becomes of a status. */
interface CpuContext extends Kernels {

    /**
     * The native context.
     *
     * @throws IllegalStateException if these kernels are closed
     */
    long context();

    /** @throws RuntimeException that says what the status means, unless it is OK */
    static void requireOk(String operation, int status) {
        if (status == BootCpu.BOOT_OK) {
            return;
        }
        if (status == BootCpu.BOOT_OUT_OF_MEMORY) {
            throw new OutOfDeviceMemoryException(CpuDevice.NAME);
        }
        throw new IllegalStateException("native kernel " + operation + " failed with status " + status);
    }
}
