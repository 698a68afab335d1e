package io.bootdistill.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.DeviceUnavailableException;
import io.bootdistill.device.Devices;
import io.bootdistill.selftest.BoundCase;
import io.bootdistill.selftest.OperationCases;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** When the presets of cuDNN are loaded, and what is said where they cannot be. Each answer comes from a JVM of its own. */
class CudnnLoadingTest {

    private static final String PRESETS = "org.bytedeco.cuda.";
    private static final String ASKED = "-D" + CudaDeviceProvider.CONVOLUTION_PROPERTY + "=cudnn";
    private static final Pattern JAR = Pattern.compile("cuda-(\\d[\\d.]*-[\\d.]*-[\\d.]*)(-linux-x86_64)?\\.jar");

    /** Asked for, but the probe comes first, with the library as it is shipped. */
    @Test
    void presetsAreNotLoadedWithoutDriver() throws Exception {
        CudaBuild.requireNoDriver();
        String output = convolve(Stream.of("jar", "JNI"), ASKED);
        assertTrue(output.contains("cuda: there is no NVIDIA driver"), output);
        assertNotLoaded(output);
    }

    @Test
    @Tag("emulated")
    void presetsAreNotLoadedUnasked() throws Exception {
        for (String[] options : new String[][] {{}, {"-D" + CudaDeviceProvider.CONVOLUTION_PROPERTY + "=own"}}) {
            String output = convolve(Stream.of("jar", "JNI"), options);
            assertTrue(output.contains("cuda has convolved"), output);
            assertNotLoaded(output);
        }
    }

    @Test
    @Tag("emulated")
    void missingPresetsAreNamed() throws Exception {
        requireReason(convolve(Stream.of(), ASKED), "NoClassDefFoundError: org/bytedeco/cuda/");
    }

    @Test
    @Tag("emulated")
    void missingLibraryIsNamed() throws Exception {
        String output = convolve(Stream.of("jar"), ASKED);
        requireReason(output, "UnsatisfiedLinkError: ");
        assertTrue(output.contains(PRESETS), "the log of loaded classes would show them");
    }

    @Test
    @Tag("emulated")
    void otherEnginesAreRefused() {
        assertEquals("system property io.bootdistill.cuda.convolution: fast does no convolutions, must be one of [own, cudnn]",
                refusal("fast", "float32"));
    }

    @Test
    @Tag("emulated")
    void bf16IsRefused() {
        assertEquals("system property io.bootdistill.cuda.convolution is cudnn, but cudnn reads float32 and multiplies in"
                + " float32 or tf32, not in bf16", refusal("cudnn", "bf16"));
    }

    private static String refusal(String convolution, String precision) {
        System.setProperty(CudaDeviceProvider.CONVOLUTION_PROPERTY, convolution);
        System.setProperty(CudaDeviceProvider.PRECISION_PROPERTY, precision);
        try {
            return assertThrows(DeviceUnavailableException.class, () -> new CudaDeviceProvider().open()).getMessage();
        } finally {
            System.clearProperty(CudaDeviceProvider.CONVOLUTION_PROPERTY);
            System.clearProperty(CudaDeviceProvider.PRECISION_PROPERTY);
        }
    }

    /** The cause, the property, and the artifact in the version that is compiled against. */
    private static void requireReason(String output, String cause) {
        String start = "cuda: system property io.bootdistill.cuda.convolution is cudnn, but it could not be loaded: ";
        String reason = output.lines().filter(line -> line.startsWith(start)).findFirst().orElse("not said: " + output);
        assertTrue(reason.contains(cause), reason);
        Matcher jar = JAR.matcher(System.getProperty("java.class.path"));
        assertTrue(jar.find(), "no presets on the class path");
        assertTrue(reason.contains("org.bytedeco:cuda:" + jar.group(1) + " "), reason);
        assertFalse(output.contains("has convolved"), output);
    }

    private static void assertNotLoaded(String output) {
        assertTrue(output.contains("org.bytedeco.javacpp.Loader"), "no log of loaded classes");
        assertEquals(List.of(), output.lines().filter(line -> line.contains(PRESETS)).toList());
    }

    /** The output of {@link Convolve} in a JVM with these parts of the presets, and the log of loaded classes. */
    private static String convolve(Stream<String> parts, String... options) throws Exception {
        List<String> wanted = parts.toList();
        String classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> {
                    Matcher jar = JAR.matcher(Path.of(entry).getFileName().toString());
                    return !jar.matches() || wanted.contains(jar.group(2) == null ? "jar" : "JNI");
                })
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xlog:class+load", "-cp", classPath));
        String library = "io.bootdistill.cuda.library";
        if (System.getProperty(library) != null) {
            command.add("-D" + library + "=" + System.getProperty(library));
        }
        command.addAll(List.of(options));
        command.add(Convolve.class.getName());
        return CudaDriverTest.run("", command);
    }

    /** What each JVM runs: a convolution on the cuda device, or why there is none. */
    static final class Convolve {

        private Convolve() {}

        public static void main(String[] arguments) {
            Devices.Candidate cuda = Devices.candidates().stream()
                    .filter(candidate -> candidate.name().equals(CudaDevice.NAME)).findFirst().orElseThrow();
            if (cuda.device() == null) {
                System.out.println("cuda: " + cuda.reason());
                return;
            }
            try (BoundCase bound = OperationCases.network().stream()
                    .filter(operation -> operation.name().startsWith("convForward ")).findFirst().orElseThrow()
                    .bind(cuda.device())) {
                bound.call();
            }
            System.out.println("cuda has convolved");
        }
    }
}
