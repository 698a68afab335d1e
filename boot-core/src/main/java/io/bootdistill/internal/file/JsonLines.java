package io.bootdistill.internal.file;

import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Small files with a JSON object in each line. */
public final class JsonLines {

    private JsonLines() {}

    /**
     * A line.
     *
     * @param where the file and the line's number, for messages
     */
    public record Line(JsonObject json, String where) {}

    /**
     * Reads all lines that are not blank, one after the other.
     *
     * @throws ModelFormatException if the file cannot be read, naming the line if that is not in UTF-8 or no object
     */
    public static void read(Path file, Consumer<Line> reader) {
        String text = RegularFiles.text(file);
        for (int line = 1, from = 0; from < text.length(); line++) {
            int end = text.indexOf('\n', from);
            String next = text.substring(from, end < 0 ? text.length() : end);
            from += next.length() + 1;
            if (!next.isBlank()) {
                String where = file + " line " + line;
                reader.accept(new Line(Json.parse(next, where), where));
            }
        }
    }
}
