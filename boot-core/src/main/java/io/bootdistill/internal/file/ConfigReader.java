package io.bootdistill.internal.file;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Typed values of one configuration object. A key that is absent or null has its default; a value of another type or out of
 * range is refused with a {@link ModelFormatException} that names the key, the value and what is allowed. Remembers what was
 * asked for. For one thread.
 */
public final class ConfigReader {

    private final JsonObject json;
    private final String source;
    private final Set<String> unread;

    /** @param source what the object was read from, for messages */
    public ConfigReader(JsonObject json, String source) {
        this.json = json;
        this.source = source;
        this.unread = new TreeSet<>(json.keySet());
    }

    /** The keys that nobody has asked for, but for those of the library itself ({@code _diffusers_version}…). */
    public Set<String> unreadKeys() {
        Set<String> keys = new TreeSet<>(unread);
        keys.removeIf(key -> key.startsWith("_"));
        return keys;
    }

    public int integer(String key, int byDefault) {
        double number = number(key, byDefault);
        if (number != (int) number) {
            throw refuse(key, "a whole number");
        }
        return (int) number;
    }

    /** A whole number in [least, most]. */
    public int integer(String key, int byDefault, int least, int most) {
        return inRange(key, integer(key, byDefault), least, most);
    }

    /** Whole numbers in [least, most]; empty where absent. A single number counts as a list. */
    public List<Integer> integers(String key, int least, int most) {
        JsonElement value = value(key);
        boolean single = value != null && value.isJsonPrimitive();
        List<Integer> integers = new ArrayList<>();
        for (double number : single ? List.of(number(key, value)) : numbers(key)) {
            integers.add(inRange(key, number, least, most));
        }
        return integers;
    }

    /** Lists of whole numbers in [least, most]; empty where absent. A number counts as a list of one, and of one list. */
    public List<List<Integer>> rows(String key, int least, int most) {
        List<List<Integer>> rows = new ArrayList<>();
        for (JsonElement row : elements(key, "a whole number, a list of them, or of lists of them")) {
            List<Integer> integers = new ArrayList<>();
            for (JsonElement element : row.isJsonArray() ? row.getAsJsonArray().asList() : List.of(row)) {
                integers.add(inRange(key, number(key, element), least, most));
            }
            if (integers.isEmpty()) {
                throw refuse(key, "without an empty list");
            }
            rows.add(integers);
        }
        return rows;
    }

    /** Empty where absent. A single flag counts as a list. */
    public List<Boolean> flags(String key) {
        List<Boolean> flags = new ArrayList<>();
        elements(key, "true, false or a list of them").forEach(element -> flags.add(flag(key, element)));
        return flags;
    }

    /** The elements of a list, or a single value; none where absent. */
    private List<JsonElement> elements(String key, String allowed) {
        JsonElement value = value(key);
        if (value != null && value.isJsonObject()) {
            throw refuse(key, allowed);
        }
        return value == null ? List.of() : value.isJsonArray() ? value.getAsJsonArray().asList() : List.of(value);
    }

    /** Empty where absent. */
    public List<String> strings(String key) {
        JsonElement value = value(key);
        if (value == null) {
            return List.of();
        }
        if (!value.isJsonArray()) {
            throw refuse(key, "a list of names");
        }
        List<String> strings = new ArrayList<>();
        value.getAsJsonArray().forEach(e -> strings.add(e.isJsonPrimitive() ? e.getAsString() : e.toString()));
        return strings;
    }

    /** Whether there is a value, null counting as none. */
    public boolean has(String key) {
        return value(key) != null;
    }

    /** Whether the key is there, with null for a value. */
    public boolean isNull(String key) {
        unread.remove(key);
        return json.has(key) && json.get(key).isJsonNull();
    }

    public double number(String key, double byDefault) {
        JsonElement value = value(key);
        return value == null ? byDefault : number(key, value);
    }

    /** Empty where absent. */
    public List<Double> numbers(String key) {
        JsonElement value = value(key);
        if (value == null) {
            return List.of();
        }
        if (!value.isJsonArray()) {
            throw refuse(key, "a list of numbers");
        }
        List<Double> numbers = new ArrayList<>();
        value.getAsJsonArray().forEach(element -> numbers.add(number(key, element)));
        return numbers;
    }

    public boolean flag(String key, boolean byDefault) {
        JsonElement value = value(key);
        return value == null ? byDefault : flag(key, value);
    }

    private boolean flag(String key, JsonElement value) {
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isBoolean()) {
            throw refuse(key, "true or false");
        }
        return value.getAsBoolean();
    }

    /** One of the values, compared by {@link #key}. */
    public <E extends Enum<E>> E choice(String key, E byDefault) {
        List<E> allowed = List.of(byDefault.getDeclaringClass().getEnumConstants());
        String text = choice(key, key(byDefault), allowed.stream().map(ConfigReader::key).toList());
        return allowed.stream().filter(value -> key(value).equals(text)).findFirst().orElseThrow();
    }

    /** @param byDefault null where the key must be there */
    public String choice(String key, @Nullable String byDefault, List<String> allowed) {
        return choice(key, byDefault, allowed, "one of " + String.join(", ", allowed));
    }

    /** Likewise, with the values that are allowed in words of their own. */
    public String choice(String key, @Nullable String byDefault, List<String> allowed, String inWords) {
        JsonElement value = value(key);
        String text = value == null ? byDefault : value.isJsonPrimitive() ? value.getAsString() : "";
        if (text == null || !allowed.contains(text)) {
            throw refuse(key, inWords);
        }
        return text;
    }

    /** How a constant is written in a configuration. */
    public static String key(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private double number(String key, JsonElement value) {
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isNumber()) {
            throw refuse(key, "a number");
        }
        return value.getAsDouble();
    }

    private JsonElement value(String key) {
        unread.remove(key);
        JsonElement value = json.get(key);
        return value == null || value.isJsonNull() ? null : value;
    }

    private int inRange(String key, double number, int least, int most) {
        if (number != Math.rint(number) || number < least || number > most) {
            throw refuse(key, "a whole number " + least + " … " + most);
        }
        return (int) number;
    }

    /** The exception for a value that is not allowed. */
    public ModelFormatException refuse(String key, String allowed) {
        return new ModelFormatException(
                source + ": " + key + " is " + (json.has(key) ? Quoted.of(json.get(key)) : "absent") + ", must be " + allowed);
    }
}
