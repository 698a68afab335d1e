package io.bootdistill.internal.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bootdistill.error.ModelFormatException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

@Tag("fast")
class RegularFilesTest {

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("file");
    }

    private static void refused(Executable reading, String message) {
        assertEquals(message, assertThrows(ModelFormatException.class, reading).getMessage());
    }

    @Test
    void bytesUpToTheirBound() throws IOException {
        Files.write(file, new byte[] {1, 2, 3});
        assertArrayEquals(new byte[] {1, 2, 3}, RegularFiles.bytes(file, 3));
        refused(() -> RegularFiles.bytes(file, 2),
                file + " has 3 bytes, more than the 2 that such a file may have; give another");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        assertArrayEquals(new byte[] {1, 2, 3}, RegularFiles.bytes(link, 3), "links are followed");
    }

    @Test
    void pipeIsNotWaitedFor() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/mkfifo")));
        assertEquals(0, new ProcessBuilder("/usr/bin/mkfifo", file.toString()).start().waitFor());
        for (Executable reading : new Executable[] {
            () -> RegularFiles.open(file), () -> RegularFiles.stream(file), () -> Json.read(file), () -> JsonLines.read(file, line -> {})
        }) {
            assertTimeoutPreemptively(Duration.ofSeconds(5), () -> refused(reading, "cannot read " + file
                    + ": it is a pipe, a device or a socket; write what it gives to a file, and give that"));
        }
    }

    @Test
    void deviceFolderAndNothing() {
        assumeTrue(Files.exists(Path.of("/dev/zero")));
        assertTrue(assertThrows(ModelFormatException.class, () -> RegularFiles.bytes(Path.of("/dev/zero"), 9)).getMessage()
                .contains("a device"));
        refused(() -> RegularFiles.open(folder), folder + " is a folder; give a file in it");
        refused(() -> RegularFiles.open(file), "cannot read " + file + ": no such file or folder (" + file + ")");
    }

    @Test
    void textSaysWhereItIsNotUtf8() throws IOException {
        Files.write(file, "\ufeffa\u00e9\n\ud83d\ude00".getBytes(StandardCharsets.UTF_8));
        assertEquals("a\u00e9\n\ud83d\ude00", RegularFiles.text(file, 99));
        Files.write(file, "ab\nc\u00e9".getBytes(StandardCharsets.ISO_8859_1));
        refused(() -> RegularFiles.text(file, 99), file + " line 2 is not in UTF-8 (byte 4 of the file); save it as UTF-8");
        Files.write(file, new byte[] {'a', (byte) 0xc3});
        refused(() -> RegularFiles.text(file, 99), file + " line 1 is not in UTF-8 (byte 1 of the file); save it as UTF-8");
    }

    @Test
    void firstBytes() {
        Map.of("version https://git-lfs.github.com/spec/v1\noid sha256:1", "is a pointer of Git LFS",
                "\n<!DOCTYPE html>", "is a web page", "<html>", "is a web page", "PK\3\4zip", "is a pickle or another zip",
                "\u0080\2c", "is a pickle", "\37\u008b\10", "is compressed by gzip", "\0".repeat(FirstBytes.COUNT), "begins with zeros")
                .forEach((head, said) -> {
                    String mistaken = FirstBytes.mistaken(head.getBytes(StandardCharsets.ISO_8859_1));
                    assertTrue(mistaken != null && mistaken.startsWith(said), mistaken);
                });
    }

    @Test
    void firstBytesThatSayNothing() {
        for (String head : new String[] {"", "{}", "\u0080", "version 1", "<a", "P"}) {
            assertNull(FirstBytes.mistaken(head.getBytes(StandardCharsets.ISO_8859_1)), head);
        }
    }

    @Test
    void quotesAreShortAndPlain() {
        assertEquals("caf\u00e9 \ud83d\ude00", Quoted.of("caf\u00e9 \ud83d\ude00"));
        assertEquals("a\\u001b[2Jb\\u000ac\\u202e\\ud800", Quoted.of("a\u001b[2Jb\nc\u202e\ud800"));
        assertEquals("x".repeat(80) + "…", Quoted.of("x".repeat(1 << 20)));
        assertEquals("x".repeat(80), Quoted.of("x".repeat(80)));
    }
}
