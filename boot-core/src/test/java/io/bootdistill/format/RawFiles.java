package io.bootdistill.format;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.error.ModelFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.function.Executable;

/** Hand-made files, and assertions about refusals. */
public final class RawFiles {

    private RawFiles() {}

    /** A safetensors file from the text of its header and {@code dataLength} zero bytes. */
    public static byte[] safetensors(String header, int dataLength) {
        return safetensors(header, new byte[dataLength]);
    }

    public static byte[] safetensors(String header, byte[] data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .put(data)
                .array();
    }

    /** The header of files with one tensor. */
    public static String entry(String name, String dtype, String shape, long begin, long end) {
        return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":[" + begin + "," + end + "]}";
    }

    public static Path write(Path file, byte[] bytes) {
        try {
            return Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails unless the code is refused with a message that holds all words. */
    public static ModelFormatException assertRefused(Executable code, Object... words) {
        ModelFormatException refusal = assertThrows(ModelFormatException.class, code);
        assertMessage(refusal, words);
        return refusal;
    }

    public static void assertMessage(Exception failure, Object... words) {
        for (Object word : words) {
            assertTrue(
                    failure.getMessage().toLowerCase(Locale.ROOT).contains(word.toString().toLowerCase(Locale.ROOT)),
                    () -> "\"" + failure.getMessage() + "\" should hold \"" + word + "\"");
        }
    }

    /** The names in a folder, sorted. */
    public static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
