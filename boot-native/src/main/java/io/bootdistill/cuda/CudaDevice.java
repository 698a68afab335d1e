package io.bootdistill.cuda;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import java.nio.charset.StandardCharsets;

/** An NVIDIA GPU. Thread-safe. */
final class CudaDevice implements Device {

    static final String NAME = "cuda";

    private final long leader; // the context whose stream all others share; it lives as long as the JVM
    private final CudaPrecision precision;
    private final boolean cudnn;
    private final String description;

    /** Opens device 0, which the probe has found usable. */
    CudaDevice(CudaPrecision cap) {
        this(cap, false);
    }

    /**
     * Opens device 0, which the probe has found usable.
     *
     * @param cudnn whether cuDNN does the 3×3 convolutions
     * @throws IllegalArgumentException if cuDNN has not this precision
     * @throws LinkageError if cuDNN or its presets cannot be loaded
     */
    CudaDevice(CudaPrecision cap, boolean cudnn) {
        precision = CudaPrecision.values()[BootCuda.boot_tier(cap.ordinal())];
        this.cudnn = cudnn;
        if (cudnn && precision == CudaPrecision.BF16) {
            throw new IllegalArgumentException("cudnn reads float32 and multiplies in float32 or tf32, not in " + precision);
        }
        long[] created = new long[1];
        CudaContext.requireOk("context", BootCuda.boot_context_create(cap.ordinal(), created));
        leader = created[0];
        description = describe();
        if (cudnn) {
            requireCudnn();
        }
    }

    private void requireCudnn() {
        try {
            openKernels().close();
        } catch (RuntimeException | LinkageError e) {
            BootCuda.boot_context_destroy(leader);
            throw e;
        }
    }

    private String describe() {
        long[] properties = new long[BootCuda.BOOT_CUDA_DEVICE_COUNT];
        byte[] name = new byte[256];
        CudaContext.requireOk("properties", BootCuda.boot_cuda_device(properties, name, name.length));
        long capability = properties[BootCuda.BOOT_CUDA_DEVICE_CAPABILITY];
        return NAME + " (" + text(name) + ", compute capability " + capability / 10 + "." + capability % 10 + ", "
                + (properties[BootCuda.BOOT_CUDA_DEVICE_MEMORY] >> 20) + " MiB, " + precision + (cudnn ? ", convolutions by cuDNN" : "") + ")";
    }

    /** A C string. */
    static String text(byte[] characters) {
        int length = 0;
        while (length < characters.length && characters[length] != 0) {
            length++;
        }
        return new String(characters, 0, length, StandardCharsets.UTF_8);
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
        return new CudaMemory(floats);
    }

    /** One: all contexts share a stream. */
    @Override
    public int workers(int wanted) {
        return 1;
    }

    @Override
    public Kernels openKernels() {
        return cudnn ? new CudnnKernels(leader, precision) : new CudaKernels(leader);
    }

    /** Rounding the operands of a product is an error of each term of its sum, as rounding it in float32 is: larger by this. */
    @Override
    public double errorFactor(String operation) {
        return operation.matches("(conv|linear|attention).*") ? precision.errorFactor() : 1;
    }
}
