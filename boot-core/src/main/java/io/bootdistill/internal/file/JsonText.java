package io.bootdistill.internal.file;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.ToNumberPolicy;
import com.google.gson.stream.JsonReader;
import io.bootdistill.error.ModelFormatException;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text that is read as one JSON object, strictly: a repeated key, which Gson itself lets pass, is refused, and so is what would
 * take far more memory than the text. Python's infinities and NaN, which JSON has not, are numbers. For one thread.
 */
final class JsonText {

    /** Values of an object and all within it: each takes a hundred times the memory of the shortest text of one. */
    private static final int MOST_VALUES = 1_000_000;
    /** The longest float64 that is written without an exponent has some 330. */
    private static final int MOST_DIGITS = 400;
    private static final List<String> PYTHON_NUMBERS = List.of("-Infinity", "Infinity", "NaN");
    /** Begins the text that stands for a number of Python's until it is one: no text of a model begins so. */
    private static final char MARK = 0;

    private static final Pattern PLACE = Pattern.compile(" at line (\\d+) column (\\d+) path ");

    private final String text;
    private final String source;
    private int values;

    JsonText(String text, String source) {
        this.text = text;
        this.source = source;
    }

    /** @throws ModelFormatException naming the source and the place */
    JsonObject read() {
        JsonReader in = new JsonReader(new StringReader(withPythonNumbers()));
        in.setStrictness(Strictness.STRICT);
        try {
            JsonElement value = value(in);
            in.peek(); // anything but white space after the value is malformed
            if (!value.isJsonObject()) {
                throw new ModelFormatException(source + " does not hold a JSON object" + advice());
            }
            return value.getAsJsonObject();
        } catch (IOException e) {
            String known = FirstBytes.mistaken(text.substring(0, Math.min(text.length(), FirstBytes.COUNT))
                    .getBytes(StandardCharsets.UTF_8));
            throw new ModelFormatException(source + (known != null ? " " + known : " is not valid JSON" + place(in, e) + advice()),
                    e);
        }
    }

    /** Where reading ended: Gson's sentences are about its own use, but they have the place. */
    private static String place(JsonReader in, IOException e) {
        Matcher place = PLACE.matcher(e.getMessage() == null ? "" : e.getMessage());
        String key = in.getPath().replaceFirst("^\\$\\.?", "");
        boolean placed = !(e instanceof EOFException) && place.find();
        return (placed ? " at line " + place.group(1) + ", column " + place.group(2) : ": it ends too early")
                + (key.isEmpty() ? "" : " (" + Quoted.of(key) + ")");
    }

    private static String advice() {
        return "; correct it, or copy it again";
    }

    private JsonElement value(JsonReader in) throws IOException {
        if (++values > MOST_VALUES) {
            throw new ModelFormatException(source + " holds more than " + MOST_VALUES + " values, which none of a model's does");
        }
        return switch (in.peek()) { // Gson limits the depth of nesting
            case BEGIN_OBJECT -> object(in);
            case BEGIN_ARRAY -> {
                JsonArray array = new JsonArray();
                in.beginArray();
                while (in.hasNext()) {
                    array.add(value(in));
                }
                in.endArray();
                yield array;
            }
            case STRING -> {
                String string = in.nextString();
                boolean number = !string.isEmpty() && string.charAt(0) == MARK && PYTHON_NUMBERS.contains(string.substring(1));
                yield number ? new JsonPrimitive(Double.valueOf(string.substring(1))) : new JsonPrimitive(string);
            }
            case NUMBER -> number(in);
            case BOOLEAN -> new JsonPrimitive(in.nextBoolean());
            default -> {
                in.nextNull();
                yield JsonNull.INSTANCE;
            }
        };
    }

    private JsonObject object(JsonReader in) throws IOException {
        JsonObject object = new JsonObject();
        in.beginObject();
        while (in.hasNext()) {
            String key = in.nextName();
            if (object.has(key)) {
                throw new ModelFormatException(source + " has two entries named " + Quoted.of(key) + "; remove one");
            }
            object.add(key, value(in));
        }
        in.endObject();
        return object;
    }

    private JsonPrimitive number(JsonReader in) throws IOException {
        Number number = ToNumberPolicy.LAZILY_PARSED_NUMBER.readNumber(in); // keeps its digits
        int digits = number.toString().length();
        if (digits > MOST_DIGITS) {
            throw new ModelFormatException(source + ": " + Quoted.of(in.getPreviousPath().substring(2)) + " is a number of "
                    + digits + " characters, must be one of at most " + MOST_DIGITS);
        }
        return new JsonPrimitive(number);
    }

    /** The text with a marked name in quotes for each number of Python's. */
    private String withPythonNumbers() {
        if (!text.contains("Infinity") && !text.contains("NaN")) {
            return text;
        }
        StringBuilder json = new StringBuilder(text.length() + 64);
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            String name = quoted || c != '-' && c != 'I' && c != 'N' ? "" : pythonNumber(i);
            if (!name.isEmpty()) {
                json.append("\"\\u0000").append(name).append('"');
                i += name.length() - 1;
            } else if (quoted && c == '\\' && i + 1 < text.length()) {
                json.append(c).append(text.charAt(++i));
            } else {
                quoted ^= c == '"';
                json.append(c);
            }
        }
        return json.toString();
    }

    private String pythonNumber(int at) {
        return PYTHON_NUMBERS.stream().filter(name -> text.startsWith(name, at)).findFirst().orElse("");
    }
}
