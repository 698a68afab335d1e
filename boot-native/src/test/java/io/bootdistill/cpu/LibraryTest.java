package io.bootdistill.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.internal.natives.NativeLibrary;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The native libraries as they are shipped, inside the jar. */
@Tag("fast")
public class LibraryTest {

    private static final int JVMS = 4;
    private static final long LARGEST = 5L << 20;

    @TempDir
    Path temp;

    @ParameterizedTest
    @MethodSource("libraries")
    void librariesAreSmallAndKnowNothingOfTheBuildMachine(String resource) throws IOException {
        String text = text(resource);
        assertTrue(text.length() < LARGEST, resource + " has " + text.length() + " bytes");
        assertFalse(text.contains(Path.of("").toAbsolutePath().toString()), resource + " names the build folder");
    }

    static List<String> libraries() {
        return List.of(
                NativeLibrary.resource(CpuDevice.NAME),
                "io/bootdistill/internal/natives/" + Loader.getPlatform() + "/" + System.mapLibraryName("jniBootNative"));
    }

    @Test
    void libraryExportsItsDeviceAlone() throws Exception {
        assertEquals(List.of("boot_open"), exported(NativeLibrary.resource(CpuDevice.NAME)));
    }

    /** The bytes of a library as characters. */
    public static String text(String resource) throws IOException {
        try (InputStream in = LibraryTest.class.getClassLoader().getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /** What others can link to. */
    public static List<String> exported(String resource) throws IOException, InterruptedException, URISyntaxException {
        Path library = Path.of(LibraryTest.class.getClassLoader().getResource(resource).toURI());
        Process process = new ProcessBuilder("nm", "-D", "--defined-only", "--format=posix", library.toString()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output.lines().map(line -> line.substring(0, line.indexOf(' '))).toList();
    }

    /** Several JVMs that find no extracted library extract it at the same time, and all of them work. */
    @Test
    void severalJvmsMayStartAtOnce() throws Exception {
        Path jar = pack("");
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < JVMS; i++) {
            processes.add(useDevice(jar));
        }
        for (Process process : processes) {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), output);
        }
        assertFalse(Files.exists(temp.resolve("javacpp")), "JavaCPP has loaded the binding");
        try (Stream<Path> extracted = Files.walk(temp.resolve("cache"))) {
            assertEquals(List.of("libboot_cpu", "libjniBootNative"), extracted.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString().replaceAll("-[0-9a-f]{64}\\.so$", "")).sorted().toList());
        }
    }

    /** Jars of one name and version share a cache: each works, or fails, with its own libraries. */
    @Test
    void linkerSaysWhyTheBindingIsUnfit() throws Exception {
        assertEquals(0, useDevice(pack("")).waitFor());
        Process process = useDevice(pack("libjniBootNative.so"));
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(1, process.waitFor(), output);
        assertTrue(output.contains("device cpu cannot be used: the native library could not be loaded: "), output);
        assertTrue(output.contains("file too short"), output);
        assertEquals(0, useDevice(pack("")).waitFor());
    }

    private Process useDevice(Path jar) throws IOException, URISyntaxException {
        Path classes = classes();
        String classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).equals(classes) ? jar.toString() : entry)
                .collect(Collectors.joining(File.pathSeparator));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto",
                        "-Dio.bootdistill.cache=" + temp.resolve("cache"), "-Dorg.bytedeco.javacpp.cachedir=" + temp.resolve("javacpp"),
                        "-cp", classPath, UseDevice.class.getName())
                .redirectErrorStream(true)
                .start();
    }

    private static Path classes() throws URISyntaxException {
        return Path.of(CpuDevice.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /** The jar, where the file of that name holds something else. */
    private Path pack(String broken) throws IOException, URISyntaxException {
        Path classes = classes();
        Path jar = temp.resolve("boot-native.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString().replace(File.separatorChar, '/')));
                if (file.getFileName().toString().equals(broken)) {
                    out.write(1);
                } else {
                    Files.copy(file, out);
                }
            }
        }
        return jar;
    }

    /** What each JVM runs: one kernel. */
    static final class UseDevice {

        private UseDevice() {}

        public static void main(String[] arguments) {
            try (DeviceMemory memory = Devices.named(CpuDevice.NAME).allocate(1);
                    Kernels kernels = Devices.named(CpuDevice.NAME).openKernels()) {
                float[] value = new float[1];
                kernels.fill(memory.slice(), 3);
                kernels.download(memory.slice(), value, 0);
                if (value[0] != 3) {
                    throw new AssertionError("fill wrote " + value[0]);
                }
            }
        }
    }
}
