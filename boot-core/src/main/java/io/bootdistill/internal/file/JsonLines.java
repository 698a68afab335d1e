package io.bootdistill.internal.file;

import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Small files with a JSON object in each line. */
public final class JsonLines {

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private JsonLines() {}

    /**
     * A line.
     *
     * @param where the file and the line's number, for messages
     */
    public record Line(JsonObject json, String where) {}

    /**
     * All lines that are not blank.
     *
     * @throws ModelFormatException if the file cannot be read, naming the line if that is not in UTF-8 or no object
     */
    public static List<Line> read(Path file) {
        byte[] bytes = bytes(file);
        List<Line> lines = new ArrayList<>();
        for (int line = 1, from = 0; from < bytes.length; line++) {
            int to = from;
            while (to < bytes.length && bytes[to] != '\n') {
                to++;
            }
            String where = file + " line " + line;
            String text = decoded(bytes, from, to - from, where);
            from = to + 1;
            if (!text.isBlank()) {
                lines.add(new Line(Json.parse(line == 1 ? withoutMark(text) : text, where), where));
            }
        }
        return lines;
    }

    /** All of a small text, without a byte order mark. */
    public static String text(Path file) {
        byte[] bytes = bytes(file);
        return withoutMark(decoded(bytes, 0, bytes.length, file.toString()));
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new ModelFormatException("cannot read " + file + ": " + AtomicFiles.reason(e), e);
        }
    }

    private static String decoded(byte[] bytes, int from, int length, String where) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, length)).toString();
        } catch (CharacterCodingException e) {
            throw new ModelFormatException(where + " is not in UTF-8; save it as UTF-8", e);
        }
    }

    private static String withoutMark(String text) {
        return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    }
}
