package io.bootdistill.cuda;

import io.bootdistill.internal.natives.BootNative;
import io.bootdistill.internal.natives.NativeLibrary;

/**
 * What the native probe found: whether there is a GPU for these kernels.
 *
 * @param reason one of {@code BOOT_CUDA_USABLE}, {@code BOOT_CUDA_NO_DRIVER}, …
 * @param error the name of the CUDA error behind the reason; empty if there is none
 * @param driver the CUDA version that the driver supports, 1000·major + 10·minor
 * @param runtime the version that the kernels need, likewise
 * @param capability compute capability of device 0, 10·major + minor
 * @param detail what the dynamic linker said
 */
record CudaProbe(int reason, String error, int driver, int runtime, int capability, String detail) {

    /** Asks the machine; needs no NVIDIA software. */
    static CudaProbe run(NativeLibrary library) {
        int[] result = new int[BootNative.BOOT_CUDA_PROBE_COUNT];
        byte[] detail = new byte[512];
        BootNative.boot_cuda_probe(library.handle(), result, detail, detail.length);
        int error = result[BootNative.BOOT_CUDA_PROBE_ERROR];
        return new CudaProbe(
                result[BootNative.BOOT_CUDA_PROBE_REASON],
                error == 0 ? "" : library.errorName(BootNative.BOOT_DEVICE_ERROR + error),
                result[BootNative.BOOT_CUDA_PROBE_DRIVER],
                result[BootNative.BOOT_CUDA_PROBE_RUNTIME],
                result[BootNative.BOOT_CUDA_PROBE_CAPABILITY],
                NativeLibrary.text(detail));
    }

    boolean usable() {
        return reason == BootNative.BOOT_CUDA_USABLE;
    }

    /** Why the device cannot be used and what would change it, as a sentence. */
    String explanation() {
        return switch (reason) {
            case BootNative.BOOT_CUDA_NO_DRIVER -> "there is no NVIDIA driver (" + detail + "); with an NVIDIA GPU, install a"
                    + " driver for CUDA " + version(runtime) + " or newer";
            case BootNative.BOOT_CUDA_DRIVER_BROKEN -> "libcuda.so.1 is there but does not work as a driver"
                    + (error.isEmpty() ? "" : " (" + error + ")") + "; reinstall the NVIDIA driver and see whether nvidia-smi"
                    + " works";
            case BootNative.BOOT_CUDA_DRIVER_TOO_OLD -> "the NVIDIA driver supports CUDA " + version(driver)
                    + ", the kernels need " + version(runtime) + "; update the driver";
            case BootNative.BOOT_CUDA_NO_DEVICE -> "the NVIDIA driver finds no GPU; see whether nvidia-smi lists one, and whether"
                    + " CUDA_VISIBLE_DEVICES hides it";
            case BootNative.BOOT_CUDA_DEVICE_TOO_OLD -> "the GPU has compute capability " + capability / 10 + "."
                    + capability % 10 + ", the kernels need 7.5 (Turing) or newer";
            case BootNative.BOOT_CUDA_NO_KERNEL_IMAGE -> "the library has no kernels for a GPU of compute capability "
                    + capability / 10 + "." + capability % 10 + " (" + error + "); build boot-native for it";
            case BootNative.BOOT_CUDA_NOT_OPENED -> "the driver works but cannot open the GPU (" + error + "); see in nvidia-smi"
                    + " whether other processes hold it or all of its memory, and whether a service that it needs runs"
                    + " (nvidia-fabricmanager, MPS)";
            default -> throw new IllegalStateException("probe reason " + reason + " has no explanation");
        };
    }

    private static String version(int number) {
        return number / 1000 + "." + number % 1000 / 10;
    }
}
