package io.bootdistill.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The native libraries as they are shipped, inside the jar. */
class LibraryTest {

    private static final int JVMS = 4;
    private static final long LARGEST = 5L << 20;

    @TempDir
    Path temp;

    @ParameterizedTest
    @ValueSource(strings = {"boot_cpu", "jniBootCpu"})
    void librariesAreSmallAndKnowNothingOfTheBuildMachine(String name) throws IOException {
        String resource = Loader.getPlatform() + "/" + System.mapLibraryName(name);
        try (InputStream in = BootCpu.class.getResourceAsStream(resource)) {
            byte[] library = in.readAllBytes();
            assertTrue(library.length < LARGEST, resource + " has " + library.length + " bytes");
            String text = new String(library, StandardCharsets.ISO_8859_1);
            assertFalse(text.contains(Path.of("").toAbsolutePath().toString()), resource + " names the build folder");
        }
    }

    /** Several JVMs that find no extracted library extract it at the same time, and all of them work. */
    @Test
    void severalJvmsMayStartAtOnce() throws Exception {
        Path jar = temp.resolve("boot-native.jar");
        Path classes = Path.of(BootCpu.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        pack(classes, jar);
        String classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).equals(classes) ? jar.toString() : entry)
                .collect(Collectors.joining(File.pathSeparator));
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < JVMS; i++) {
            processes.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto",
                            "-Dorg.bytedeco.javacpp.cachedir=" + temp.resolve("cache"), "-cp", classPath,
                            UseDevice.class.getName())
                    .redirectErrorStream(true)
                    .start());
        }
        for (Process process : processes) {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), output);
        }
        try (Stream<Path> extracted = Files.walk(temp.resolve("cache"))) {
            assertTrue(extracted.anyMatch(file -> file.endsWith(System.mapLibraryName("boot_cpu"))), "nothing was extracted");
        }
    }

    private static void pack(Path classes, Path jar) throws IOException, URISyntaxException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString().replace(File.separatorChar, '/')));
                Files.copy(file, out);
            }
        }
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
