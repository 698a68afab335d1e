package io.bootdistill.cuda;

import io.bootdistill.device.DeviceUnavailableException;
import io.bootdistill.internal.natives.BootNative;
import io.bootdistill.internal.natives.NativeLibrary;
import org.junit.jupiter.api.Assumptions;

/** The device under test, emulated or real, and the library as it is shipped. */
final class CudaBuild {

    private CudaBuild() {}

    static CudaDevice device(CudaPrecision precision, boolean cudnn) {
        return new CudaDevice(library(), precision, cudnn);
    }

    private static NativeLibrary library() {
        try {
            return CudaDeviceProvider.library();
        } catch (DeviceUnavailableException e) {
            throw new AssertionError(e);
        }
    }

    /** Skips the test in a build without nvcc. */
    static void requireShipped() {
        Assumptions.assumeTrue(
                CudaBuild.class.getClassLoader().getResource(NativeLibrary.resource(CudaDevice.NAME)) != null,
                "built without nvcc");
    }

    /** Skips the test where the shipped library finds a driver. */
    static void requireNoDriver() {
        requireShipped();
        Assumptions.assumeTrue(
                CudaProbe.run(library()).reason() == BootNative.BOOT_CUDA_NO_DRIVER, "this machine has a driver");
    }
}
