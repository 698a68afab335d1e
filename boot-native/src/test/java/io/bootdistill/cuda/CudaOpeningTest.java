package io.bootdistill.cuda;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the device says where the driver is fit but the first call that opens the GPU fails: each in a JVM of its own. */
@Tag("emulated")
class CudaOpeningTest {

    private static final String LIBRARY = "io.bootdistill.cuda.library";

    @ParameterizedTest
    @CsvSource({
        "2, the driver works but cannot open the GPU (cudaErrorMemoryAllocation)",
        "46, the driver works but cannot open the GPU (cudaErrorDevicesUnavailable)",
        "209, the library has no kernels for a GPU of compute capability 8.0 (cudaErrorNoKernelImageForDevice)",
    })
    void saysWhyTheGpuCannotBeOpened(int error, String reason) throws Exception {
        String library = System.getProperty(LIBRARY);
        Assumptions.assumeTrue(library != null, "the library is not emulated");
        String output = CudaDriverTest.run("", List.of(
                "env", "BOOT_EMULATOR_OPEN_ERROR=" + error, Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-D" + LIBRARY + "=" + library, "-cp", System.getProperty("java.class.path"), CudaDriverTest.Explain.class.getName()));
        assertTrue(output.startsWith("cuda: " + reason), output);
    }
}
