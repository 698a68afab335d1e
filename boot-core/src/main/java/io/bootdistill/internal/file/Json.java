package io.bootdistill.internal.file;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.stream.JsonToken;
import io.bootdistill.error.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** JSON files, as {@link JsonText} reads them. */
public final class Json {

    private static final Gson PRETTY = new GsonBuilder().setPrettyPrinting().serializeNulls()
            .serializeSpecialFloatingPointValues().disableHtmlEscaping().create();

    /** No JSON of a model is larger; its values may take some twenty times as much. */
    static final int MOST_BYTES = 1 << 24;

    private Json() {}

    /**
     * Reads a file that holds one object, Python's infinities and NaN included, which JSON has not.
     *
     * @throws ModelFormatException if it cannot be read, is not valid JSON, or repeats a key
     */
    public static JsonObject read(Path file) {
        return parse(readText(file), file.toString());
    }

    /** @throws ModelFormatException if the file cannot be read, is larger than one of JSON may be, or is not in UTF-8 */
    public static String readText(Path file) {
        return RegularFiles.text(file, MOST_BYTES);
    }

    /**
     * Reads a text that holds one object.
     *
     * @param source what the text is, for messages
     * @throws ModelFormatException if it is not valid JSON, or repeats a key
     */
    public static JsonObject parse(String text, String source) {
        return new JsonText(text, source).read();
    }

    /** The text of an object of lists, as that of any other, with its keys in order. */
    public static String text(Map<String, List<String>> lists) {
        return PRETTY.toJson(new TreeMap<>(lists)) + "\n";
    }

    /** The text of an object, with two spaces of indentation and keys in the given order; ends with a line break. */
    public static String text(JsonObject value) {
        return PRETTY.toJson(value) + "\n";
    }

    /** Writes {@link #text} to a file, atomically. */
    public static void write(Path file, JsonObject value) throws IOException {
        AtomicFiles.writeFile(file, temporary -> Files.writeString(temporary, text(value)));
    }

    /** The number of a decimal literal without fraction and exponent; -1 where it is anything else or too large. */
    public static long wholeNumber(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** What a token is, in words. */
    public static String described(JsonToken token) {
        return switch (token) {
            case BEGIN_OBJECT -> "an object";
            case BEGIN_ARRAY -> "a list";
            case STRING -> "a text";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
            case NULL -> "null";
            default -> token.toString();
        };
    }
}
