package io.bootdistill.cuda;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import java.nio.charset.StandardCharsets;

/** An NVIDIA GPU. Thread-safe. */
final class CudaDevice implements Device {

    static final String NAME = "cuda";

    private final long leader; // the context whose stream all others share; it lives as long as the JVM
    private final String description;

    /** Opens device 0, which the probe has found usable. */
    CudaDevice(CudaPrecision cap) {
        long[] created = new long[1];
        CudaContext.requireOk("context", BootCuda.boot_context_create(cap.ordinal(), created));
        leader = created[0];
        description = describe(CudaPrecision.values()[BootCuda.boot_tier(cap.ordinal())]);
    }

    private static String describe(CudaPrecision precision) {
        long[] properties = new long[BootCuda.BOOT_CUDA_DEVICE_COUNT];
        byte[] name = new byte[256];
        CudaContext.requireOk("properties", BootCuda.boot_cuda_device(properties, name, name.length));
        long capability = properties[BootCuda.BOOT_CUDA_DEVICE_CAPABILITY];
        return NAME + " (" + text(name) + ", compute capability " + capability / 10 + "." + capability % 10 + ", "
                + (properties[BootCuda.BOOT_CUDA_DEVICE_MEMORY] >> 20) + " MiB, " + precision + ")";
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
        return new CudaKernels(leader);
    }
}
