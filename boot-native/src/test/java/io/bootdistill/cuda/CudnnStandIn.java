package io.bootdistill.cuda;

import java.nio.file.Path;
import java.util.List;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Assumptions;

/** The stand-in for the libraries of CUDA and cuDNN, {@code src/test/native/cudnn}, which computes on the processor. */
final class CudnnStandIn {

    private static final List<String> LIBRARIES = List.of(
            "cuda.so.1", "cudart.so.13", "cublasLt.so.13", "cublas.so.13",
            "cudnn_graph.so.9", "cudnn_ops.so.9", "cudnn_adv.so.9", "cudnn_cnn.so.9");

    private CudnnStandIn() {}

    /**
     * Loads it beside the emulated device: the presets find by name what is loaded already. Beside a real one it would stand before
     * the driver: there cuDNN itself is loaded, or the tests are skipped where it is not installed.
     *
     * @return whether it is cuDNN itself
     */
    static boolean loadOrRequireInstalled() {
        String emulated = System.getProperty("io.bootdistill.cuda.library");
        if (emulated == null) {
            requireInstalled();
            return true;
        }
        Path folder = Path.of(emulated).resolveSibling("../cudnn");
        LIBRARIES.forEach(library -> System.load(folder.resolve("lib" + library).toAbsolutePath().toString()));
        return false;
    }

    private static void requireInstalled() {
        try {
            Loader.load(cudnn.class);
        } catch (LinkageError e) {
            Assumptions.abort("cuDNN is not installed: " + e);
        }
    }
}
