package io.bootdistill.internal.file;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.ToNumberPolicy;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import io.bootdistill.error.ModelFormatException;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** JSON files, read strictly: a repeated key, which Gson itself lets pass, is refused. */
public final class Json {

    private static final Gson PRETTY =
            new GsonBuilder().setPrettyPrinting().serializeNulls().disableHtmlEscaping().create();

    /** A text in quotes, or a number that is none. */
    private static final Pattern PYTHON_NUMBER =
            Pattern.compile("\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"|(-?Infinity|NaN)");

    private Json() {}

    /**
     * Reads a file that holds one object.
     *
     * @throws ModelFormatException if it cannot be read, is not valid JSON, or repeats a key
     */
    public static JsonObject read(Path file) {
        try (BufferedReader text = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            return read(text, file.toString());
        } catch (IOException e) {
            throw new ModelFormatException("cannot read " + file + ": " + AtomicFiles.reason(e), e);
        }
    }

    /**
     * Reads a file of Python's, which may have infinities and NaN, that JSON has not: each is a text here.
     *
     * @throws ModelFormatException as {@link #read(Path)}
     */
    public static JsonObject readPython(Path file) {
        return parsePython(readText(file), file.toString());
    }

    /** Reads such a text; {@code source} is what it is, for messages. */
    public static JsonObject parsePython(String text, String source) {
        return parse(PYTHON_NUMBER.matcher(text).replaceAll(match ->
                match.group(1) == null ? Matcher.quoteReplacement(match.group()) : '"' + match.group(1) + '"'), source);
    }

    /** @throws ModelFormatException if the file cannot be read, or is not in UTF-8 */
    public static String readText(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new ModelFormatException("cannot read " + file + ": " + AtomicFiles.reason(e), e);
        }
    }

    /**
     * Reads a text that holds one object.
     *
     * @param source what the text is, for messages
     * @throws ModelFormatException if it cannot be read, is not valid JSON, or repeats a key
     */
    public static JsonObject read(Reader text, String source) {
        try {
            JsonReader in = new JsonReader(text);
            in.setStrictness(Strictness.STRICT);
            JsonElement value = readValue(in, source);
            in.peek(); // anything but white space after the value is malformed
            if (!value.isJsonObject()) {
                throw new ModelFormatException(source + " does not hold a JSON object; export it again");
            }
            return value.getAsJsonObject();
        } catch (MalformedJsonException | EOFException | CharacterCodingException e) {
            throw new ModelFormatException(source + " is not valid JSON (" + syntaxError(e) + "); export it again", e);
        } catch (IOException e) {
            throw new ModelFormatException("cannot read " + source + ": " + AtomicFiles.reason(e), e);
        }
    }

    /**
     * Reads a text that holds one object.
     *
     * @param source what the text is, for messages
     * @throws ModelFormatException if it is not valid JSON, or repeats a key
     */
    public static JsonObject parse(String text, String source) {
        return read(new StringReader(text), source);
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

    private static JsonElement readValue(JsonReader in, String source) throws IOException {
        return switch (in.peek()) { // Gson limits the depth of nesting
            case BEGIN_OBJECT -> {
                JsonObject object = new JsonObject();
                in.beginObject();
                while (in.hasNext()) {
                    String key = in.nextName();
                    if (object.has(key)) {
                        throw new ModelFormatException(source + " has two entries named " + key + "; remove one");
                    }
                    object.add(key, readValue(in, source));
                }
                in.endObject();
                yield object;
            }
            case BEGIN_ARRAY -> {
                JsonArray array = new JsonArray();
                in.beginArray();
                while (in.hasNext()) {
                    array.add(readValue(in, source));
                }
                in.endArray();
                yield array;
            }
            case STRING -> new JsonPrimitive(in.nextString());
            case NUMBER -> new JsonPrimitive(ToNumberPolicy.LAZILY_PARSED_NUMBER.readNumber(in)); // keeps its digits
            case BOOLEAN -> new JsonPrimitive(in.nextBoolean());
            case NULL -> {
                in.nextNull();
                yield JsonNull.INSTANCE;
            }
            default -> throw new ModelFormatException(source + " is not valid JSON; export it again");
        };
    }

    /** The number of a decimal literal without fraction and exponent; -1 where it is anything else or too large. */
    public static long wholeNumber(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** The first line of a parser's message: the rest is a link to Gson's documentation. */
    public static String syntaxError(IOException e) {
        return e.getMessage() == null ? e.toString() : e.getMessage().lines().findFirst().orElse("");
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
