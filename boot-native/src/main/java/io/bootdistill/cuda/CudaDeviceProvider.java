package io.bootdistill.cuda;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceProvider;
import io.bootdistill.device.DeviceUnavailableException;
import org.bytedeco.javacpp.Loader;

/** Offers the {@code cuda} device where there is a GPU for it; found by {@link java.util.ServiceLoader}. */
public final class CudaDeviceProvider implements DeviceProvider {

    /** System property with the precision of products: {@code float32} (if unset), {@code tf32} or {@code bf16}. */
    public static final String PRECISION_PROPERTY = "io.bootdistill.cuda.precision";

    @Override
    public String name() {
        return CudaDevice.NAME;
    }

    @Override
    public int priority() {
        return 20;
    }

    @Override
    public Device open() throws DeviceUnavailableException {
        String library = Loader.getPlatform() + "/" + System.mapLibraryName("jniBootCuda");
        if (CudaDeviceProvider.class.getResource(library) == null) {
            throw new DeviceUnavailableException("the class path holds no CUDA library (" + library + "); it is in the jar"
                    + " boot-native with the classifier linux-x86_64-cuda, which is built where nvcc is installed");
        }
        CudaProbe probe;
        try {
            requireVersion(BootCuda.boot_abi_version());
            probe = CudaProbe.run();
        } catch (LinkageError e) {
            throw new DeviceUnavailableException(
                    "the native library could not be loaded: " + e.getMessage()
                            + "; it needs a 64-bit Linux with glibc, a writable cache folder (system property"
                            + " org.bytedeco.javacpp.cachedir) and to be loaded by one class loader only",
                    e);
        }
        if (!probe.usable()) {
            throw new DeviceUnavailableException(probe.explanation());
        }
        return new CudaDevice(precision());
    }

    private static void requireVersion(int version) throws DeviceUnavailableException {
        if (version != BootCuda.BOOT_ABI_VERSION) {
            throw new DeviceUnavailableException("the native library has ABI version " + version + ", this boot-native needs "
                    + BootCuda.BOOT_ABI_VERSION + "; the cache folder or the class path mixes two releases");
        }
    }

    private static CudaPrecision precision() throws DeviceUnavailableException {
        String name = System.getProperty(PRECISION_PROPERTY);
        try {
            return name == null ? CudaPrecision.FLOAT32 : CudaPrecision.named(name);
        } catch (IllegalArgumentException e) {
            throw new DeviceUnavailableException("system property " + PRECISION_PROPERTY + ": " + e.getMessage(), e);
        }
    }
}
