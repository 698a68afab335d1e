package io.bootdistill.cuda;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceProvider;
import io.bootdistill.device.DeviceUnavailableException;
import io.bootdistill.internal.natives.NativeLibrary;

/** Offers the {@code cuda} device where there is a GPU for it; found by {@link java.util.ServiceLoader}. */
public final class CudaDeviceProvider implements DeviceProvider {

    private static final String OWN = "own";
    private static final String CUDNN = "cudnn";
    private static final String CUDNN_ARTIFACT = "org.bytedeco:cuda:13.3-9.25-1.5.14";

    /** System property with the precision of products: {@code float32} (if unset), {@code tf32} or {@code bf16}. */
    public static final String PRECISION_PROPERTY = "io.bootdistill.cuda.precision";

    /** System property with what does the 3×3 convolutions: {@code own} kernels (if unset) or {@code cudnn}. */
    public static final String CONVOLUTION_PROPERTY = "io.bootdistill.cuda.convolution";

    /** For {@link java.util.ServiceLoader}. */
    public CudaDeviceProvider() {}

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
        NativeLibrary library = library();
        CudaProbe probe = CudaProbe.run(library);
        if (!probe.usable()) {
            throw new DeviceUnavailableException(probe.explanation());
        }
        return open(library, precision(), cudnn());
    }

    static NativeLibrary library() throws DeviceUnavailableException {
        return NativeLibrary.open(
                CudaDevice.NAME,
                "it is in the jar boot-native with the classifier linux-x86_64-cuda, which is built where nvcc is installed");
    }

    private static Device open(NativeLibrary library, CudaPrecision precision, boolean cudnn) throws DeviceUnavailableException {
        if (!cudnn) {
            return new CudaDevice(library, precision, false);
        }
        String asked = "system property " + CONVOLUTION_PROPERTY + " is " + CUDNN + ", but ";
        try {
            return new CudaDevice(library, precision, true);
        } catch (IllegalArgumentException e) {
            throw new DeviceUnavailableException(asked + e.getMessage(), e);
        } catch (IllegalStateException e) {
            throw new DeviceUnavailableException(asked + "it does not work: " + e.getMessage(), e);
        } catch (LinkageError e) {
            throw new DeviceUnavailableException(
                    asked + "it could not be loaded: " + e + "; it needs on the class path " + CUDNN_ARTIFACT
                            + " with its dependencies and the same with the classifier linux-x86_64, and the libraries of CUDA 13"
                            + " and cuDNN 9, which are installed or come with the classifiers linux-x86_64-redist,"
                            + " linux-x86_64-redist-cublas and linux-x86_64-redist-cudnn",
                    e);
        }
    }

    private static boolean cudnn() throws DeviceUnavailableException {
        String name = System.getProperty(CONVOLUTION_PROPERTY, OWN);
        if (!name.equals(OWN) && !name.equals(CUDNN)) {
            throw new DeviceUnavailableException("system property " + CONVOLUTION_PROPERTY + ": " + name
                    + " does no convolutions, must be one of [" + OWN + ", " + CUDNN + "]");
        }
        return name.equals(CUDNN);
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
