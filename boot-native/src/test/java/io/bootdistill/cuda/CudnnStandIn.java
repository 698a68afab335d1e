package io.bootdistill.cuda;

import java.nio.file.Path;
import java.util.List;

/** The stand-in for the libraries of CUDA and cuDNN, {@code src/test/native/cudnn}, which computes on the processor. */
final class CudnnStandIn {

    private static final List<String> LIBRARIES = List.of(
            "cuda.so.1", "cudart.so.13", "cublasLt.so.13", "cublas.so.13",
            "cudnn_graph.so.9", "cudnn_ops.so.9", "cudnn_adv.so.9", "cudnn_cnn.so.9");

    private CudnnStandIn() {}

    /** Loads it: the presets find by name what is loaded already. */
    static void load() {
        Path folder = Path.of(System.getProperty("io.bootdistill.cuda.library")).resolveSibling("../cudnn");
        LIBRARIES.forEach(library -> System.load(folder.resolve("lib" + library).toAbsolutePath().toString()));
    }
}
