package io.bootdistill.cuda;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.internal.natives.BootNative;
import io.bootdistill.internal.natives.NativeLibrary;
import io.bootdistill.internal.natives.NativeMemory;

/** An NVIDIA GPU. Thread-safe. */
final class CudaDevice implements Device {

    static final String NAME = "cuda";

    private final NativeLibrary library;
    private final long leader; // the context whose stream all others share; it lives as long as the JVM
    private final CudaPrecision precision;
    private final boolean cudnn;
    private final String description;
    private final long bytes;

    /**
     * Opens device 0, which the probe has found usable.
     *
     * @param cudnn whether cuDNN does the 3×3 convolutions
     * @throws IllegalArgumentException if cuDNN has not this precision
     * @throws LinkageError if cuDNN or its presets cannot be loaded
     */
    CudaDevice(NativeLibrary library, CudaPrecision cap, boolean cudnn) {
        this.library = library;
        this.cudnn = cudnn;
        precision = CudaPrecision.values()[BootNative.boot_tier(library.handle(), cap.ordinal())];
        if (cudnn && precision == CudaPrecision.BF16) {
            throw new IllegalArgumentException("cudnn reads float32 and multiplies in float32 or tf32, not in " + precision);
        }
        long[] properties = new long[BootNative.BOOT_CUDA_DEVICE_COUNT];
        description = describe(properties);
        bytes = properties[BootNative.BOOT_CUDA_DEVICE_MEMORY];
        leader = library.createContext(cap.ordinal());
        if (cudnn) {
            requireCudnn();
        }
    }

    private void requireCudnn() {
        try {
            openKernels().close();
        } catch (RuntimeException | Error e) {
            BootNative.boot_context_destroy(leader);
            throw e;
        }
    }

    private String describe(long[] properties) {
        byte[] name = new byte[256];
        library.requireOk("properties", BootNative.boot_cuda_device(library.handle(), properties, name, name.length));
        long capability = properties[BootNative.BOOT_CUDA_DEVICE_CAPABILITY];
        return NAME + " (" + NativeLibrary.text(name) + ", compute capability " + capability / 10 + "." + capability % 10 + ", "
                + (properties[BootNative.BOOT_CUDA_DEVICE_MEMORY] >> 20) + " MiB, " + precision
                + (cudnn ? ", convolutions by cuDNN" : "") + ")";
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public DeviceMemory allocate(long floats) {
        return new NativeMemory(library, floats);
    }

    /** All of its memory: what others have taken is not known. */
    @Override
    public long availableBytes() {
        return bytes;
    }

    /** One: all contexts share a stream. */
    @Override
    public int workers(int wanted) {
        return 1;
    }

    @Override
    public Kernels openKernels() {
        return cudnn ? new CudnnKernels(library, leader, precision) : new CudaKernels(library, leader);
    }

    /** Rounding the operands of a product is an error of each term of its sum, as rounding it in float32 is: larger by this. */
    @Override
    public double errorFactor(Kernel kernel) {
        return switch (kernel) {
            case CONV_FORWARD, CONV_BACKWARD_INPUT, CONV_BACKWARD_WEIGHTS, LINEAR_FORWARD, LINEAR_BACKWARD_INPUT,
                    LINEAR_BACKWARD_WEIGHTS, ATTENTION_FORWARD, ATTENTION_BACKWARD, ATTENTION_TANGENT ->
                precision.errorFactor();
            default -> 1;
        };
    }
}
