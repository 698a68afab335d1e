package io.bootdistill.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of threads that are interrupted before or in the middle. */
@Tag("fast")
class UninterruptedTest {

    @TempDir
    Path temp;

    @AfterEach
    void forgetInterrupts() {
        Thread.interrupted();
    }

    /** As files of tensors are written. */
    private static void write(Path file, String text) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void channelsOfInterruptedThreadsAreClosed() {
        Thread.currentThread().interrupt();
        assertThrows(ClosedByInterruptException.class, () -> write(temp.resolve("file"), "whole"));
    }

    @Test
    void filesAreWrittenAndTheInterruptIsKept() throws IOException {
        Path file = temp.resolve("file");
        Thread.currentThread().interrupt();
        Uninterrupted.run(() -> write(file, "whole"));
        assertTrue(Thread.interrupted());
        assertEquals("whole", Files.readString(file));
    }

    @Test
    void brokenOffWorkIsDoneAgain() throws IOException {
        Path file = temp.resolve("file");
        AtomicInteger tries = new AtomicInteger();
        String found = Uninterrupted.call(() -> {
            if (tries.incrementAndGet() < 3) {
                Thread.currentThread().interrupt();
            }
            write(file, "try " + tries);
            return Files.readString(file);
        });
        assertTrue(Thread.interrupted());
        assertEquals("try 3", found);
    }

    @Test
    void otherFailuresAreTheCallers() throws IOException {
        IOException failure = new IOException("disk");
        AtomicInteger tries = new AtomicInteger();
        assertSame(failure, assertThrows(IOException.class, () -> Uninterrupted.run(() -> {
            tries.incrementAndGet();
            throw failure;
        })));
        assertEquals(1, tries.get());
        Uninterrupted.run(() -> {});
        assertFalse(Thread.interrupted());
    }
}
