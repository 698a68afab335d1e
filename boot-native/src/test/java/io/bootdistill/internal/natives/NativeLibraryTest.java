package io.bootdistill.internal.natives;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.DeviceUnavailableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said where the library of a device is missing or unfit; the cpu device works all the same. */
@Tag("fast")
class NativeLibraryTest {

    private static final String PROPERTY = "io.bootdistill.abacus.library";

    @TempDir
    Path temp;

    @AfterEach
    void cpuWorks() throws DeviceUnavailableException {
        System.clearProperty(PROPERTY);
        NativeLibrary cpu = NativeLibrary.open("cpu", "");
        try (NativeMemory memory = new NativeMemory(cpu, 1);
                NativeKernels kernels = new NativeKernels(cpu, () -> cpu.createContext(0))) {
            float[] value = new float[1];
            kernels.fill(memory.slice(), 3);
            kernels.download(memory.slice(), value, 0);
            assertEquals(3, value[0]);
        }
    }

    @Test
    void openedTwiceItIsTheSame() throws DeviceUnavailableException {
        assertEquals(NativeLibrary.open("cpu", "").handle(), NativeLibrary.open("cpu", "").handle());
    }

    @Test
    void missingLibraryIsNamed() {
        DeviceUnavailableException refusal =
                assertThrows(DeviceUnavailableException.class, () -> NativeLibrary.open("abacus", "build it"));
        assertEquals("the class path holds no library of the abacus device (" + NativeLibrary.resource("abacus") + "); build it",
                refusal.getMessage());
    }

    @Test
    void missingFileIsNamed() {
        requireReason(temp.resolve("none.so"), "none.so: cannot open shared object file");
    }

    @Test
    void fileThatIsNoLibraryIsNamed() throws IOException {
        requireReason(Files.writeString(temp.resolve("text.so"), "not a library"), "text.so: file too short");
    }

    @Test
    void libraryOfSomethingElseIsNamed() throws Exception {
        requireReason(compile("int other(void) { return 0; }"), "undefined symbol: boot_open");
    }

    @Test
    void libraryThatNeedsAnotherIsNamed() throws Exception {
        requireReason(compile("void absent(void); long boot_open(void) { absent(); return 0; }"), "undefined symbol: absent");
    }

    @Test
    void otherReleaseIsRefused() throws Exception {
        Path library = compile("""
                static int version(long device) { return device == 0 ? 0 : 99; }
                static int (*const functions)(long) = version;
                static int (*const *const device)(long) = &functions;
                long boot_open(void) { return (long) &device; }
                """);
        assertTrue(refusal(library).startsWith("the native library " + library + " has ABI version 99, this boot-native needs "),
                refusal(library));
    }

    @Test
    void deviceWithoutTheFunctionsOfCudaSaysSo() throws DeviceUnavailableException {
        long[] properties = new long[BootNative.BOOT_CUDA_DEVICE_COUNT];
        assertEquals(BootNative.BOOT_UNSUPPORTED,
                BootNative.boot_cuda_device(NativeLibrary.open("cpu", "").handle(), properties, new byte[1], 1));
    }

    private static void requireReason(Path library, String reason) {
        String refusal = refusal(library);
        assertTrue(refusal.startsWith("the native library could not be loaded: ") && refusal.contains(reason), refusal);
    }

    private static String refusal(Path library) {
        System.setProperty(PROPERTY, library.toString());
        return assertThrows(DeviceUnavailableException.class, () -> NativeLibrary.open("abacus", "")).getMessage();
    }

    private Path compile(String source) throws IOException, InterruptedException {
        Path file = Files.writeString(temp.resolve("library.cpp"), "extern \"C\" {\n" + source + "}\n");
        Path library = temp.resolve("library.so");
        Process compiler = new ProcessBuilder("g++", "-shared", "-fPIC", "-o", library.toString(), file.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, compiler.waitFor(), output);
        return library;
    }
}
