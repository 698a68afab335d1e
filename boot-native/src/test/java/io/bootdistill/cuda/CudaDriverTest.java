package io.bootdistill.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Devices;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the device says where the driver is missing or unfit, with the library as it is shipped. Each driver gets a JVM of its
 * own, since a driver is loaded once; it stands in the path of the dynamic linker before any real one.
 */
@Tag("fast")
class CudaDriverTest {

    @TempDir
    Path temp;

    @BeforeEach
    void requireLibrary() {
        CudaBuild.requireShipped();
    }

    @ParameterizedTest
    @CsvSource({
        "no_device, the NVIDIA driver finds no GPU",
        "too_old, 'the NVIDIA driver supports CUDA 11.4, the kernels need 13.'",
        "no_symbols, libcuda.so.1 is there but does not work as a driver",
        "mismatch, libcuda.so.1 is there but does not work as a driver (cudaErrorSystemDriverMismatch)",
        "not_ready, the driver works but cannot open the GPU (cudaErrorSystemNotReady)",
    })
    void saysWhatIsWrongWithTheDriver(String driver, String reason) throws Exception {
        run(temp.toString(), List.of("gcc", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-Wl,-soname,libcuda.so.1",
                "-o", temp.resolve("libcuda.so.1").toString(), "src/test/drivers/" + driver + ".c"));
        requireReason(reason);
    }

    @Test
    void saysThatTheDriverIsNoLibrary() throws Exception {
        Files.writeString(temp.resolve("libcuda.so.1"), "not a library");
        requireReason("there is no NVIDIA driver (");
    }

    @Test
    void saysThatThereIsNoDriver() throws Exception {
        CudaBuild.requireNoDriver();
        requireReason("there is no NVIDIA driver (libcuda.so.1: cannot open shared object file");
    }

    private void requireReason(String reason) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> lines = List.of(run(temp.toString(), List.of(
                java, "-Xshare:auto", "-cp", System.getProperty("java.class.path"), Explain.class.getName())).split("\n"));
        assertTrue(lines.get(0).startsWith("cuda: " + reason), lines.get(0));
        assertTrue(lines.get(1).startsWith("using cpu (") && lines.get(1).contains("; not cuda: " + reason), lines.get(1));
    }

    /** The output of a command; `libraries` comes first in the dynamic linker's path. */
    static String run(String libraries, List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command)).redirectErrorStream(true);
        builder.environment().put("LD_LIBRARY_PATH", libraries);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    /** What each JVM runs. */
    static final class Explain {

        private Explain() {}

        public static void main(String[] arguments) {
            Devices.candidates().stream().filter(candidate -> candidate.name().equals(CudaDevice.NAME))
                    .forEach(candidate -> System.out.println("cuda: " + candidate.reason()));
            System.out.println(Devices.explanation());
        }
    }
}
