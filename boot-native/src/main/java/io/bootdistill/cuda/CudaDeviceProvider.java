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
        CudaLibrary.load();
        CudaProbe probe = CudaProbe.run();
        if (!probe.usable()) {
            throw new DeviceUnavailableException(probe.explanation());
        }
        return new CudaDevice(precision());
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
