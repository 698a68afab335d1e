package io.bootdistill.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The CUDA libraries as they are shipped. */
class CudaLibraryTest {

    @ParameterizedTest
    @ValueSource(strings = {"boot_cuda", "jniBootCuda"})
    void librariesKnowNothingOfTheBuildMachine(String name) throws IOException {
        String text = library(name);
        assertFalse(text.contains(Path.of("").toAbsolutePath().toString()), name + " names the build folder");
    }

    /** A function of the headers that the library lacks would end the JVM at its first call. */
    @Test
    void libraryHoldsEveryFunctionOfTheHeaders() throws IOException {
        String text = library("boot_cuda");
        List<String> missing = Arrays.stream(BootCuda.class.getMethods())
                .map(Method::getName)
                .filter(name -> name.startsWith("boot_"))
                .distinct()
                .filter(name -> !text.contains("\0" + name + "\0"))
                .toList();
        assertEquals(List.of(), missing);
    }

    private static String library(String name) throws IOException {
        String resource = Loader.getPlatform() + "/" + System.mapLibraryName(name);
        try (InputStream in = CudaDevice.class.getResourceAsStream(resource)) {
            Assumptions.assumeTrue(in != null, "built without nvcc");
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
