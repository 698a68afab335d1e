package io.bootdistill.internal.diffusers;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.CloseNames;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.file.Quoted;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The names of a model's classes, as a {@code model_index.json} has them: {@code "id2label": {"0": "tench, Tinca tinca", …}}. A
 * class is known by its label and by each of the names in it, in upper or lower case. Immutable.
 */
public final class ClassNames {

    private static final String KEY = "id2label";

    private final Map<Integer, String> labels = new TreeMap<>();
    private final Map<String, Set<Integer>> numbers = new TreeMap<>();

    /**
     * @param index a {@code model_index.json}; without the key, no class has a name
     * @param source what it was read from, for messages
     * @throws ModelFormatException if the key is there and maps anything but numbers to texts
     */
    public ClassNames(JsonObject index, String source) {
        JsonElement value = index.get(KEY);
        if (value == null || value.isJsonNull()) {
            return;
        }
        if (!value.isJsonObject()) {
            throw new ModelFormatException(source + ": " + KEY + " is " + Quoted.of(value)
                    + ", must be an object of numbers and labels");
        }
        value.getAsJsonObject().asMap().forEach((key, label) -> {
            long number = Json.wholeNumber(key);
            boolean text = label.isJsonPrimitive() && label.getAsJsonPrimitive().isString();
            if (number < 0 || number > Integer.MAX_VALUE || !text) {
                throw new ModelFormatException(source + ": " + KEY + " maps " + Quoted.of(key) + " to " + Quoted.of(label)
                        + ", must map the numbers of classes to their labels");
            }
            add((int) number, label.getAsString());
        });
    }

    private void add(int number, String label) {
        labels.put(number, label);
        know(label, number);
        for (String name : label.split(",")) {
            know(name, number);
        }
    }

    private void know(String name, int number) {
        String key = key(name);
        if (!key.isEmpty()) {
            numbers.computeIfAbsent(key, absent -> new TreeSet<>()).add(number);
        }
    }

    private static String key(String name) {
        return name.strip().toLowerCase(Locale.ROOT);
    }

    /** Whether no class has a name. */
    public boolean isEmpty() {
        return numbers.isEmpty();
    }

    /**
     * The number of a class.
     *
     * @param name the label, or one of the names in it
     * @throws IllegalArgumentException if no class has the name, with the closest names, or if several have it, with all of them
     */
    public int number(String name) {
        if (isEmpty()) {
            throw new IllegalArgumentException(
                    "class is \"" + name + "\", but this model's classes have no names; give a number");
        }
        Set<Integer> found = numbers.get(key(name));
        if (found == null) {
            throw new IllegalArgumentException(
                    "class is \"" + name + "\", which no class is named; " + CloseNames.hint(key(name), numbers.keySet()));
        }
        if (found.size() > 1) {
            throw new IllegalArgumentException("class is \"" + name + "\", which several are named; give the number of one: "
                    + found.stream().map(number -> number + " (" + labels.get(number) + ")").collect(Collectors.joining(", ")));
        }
        return found.iterator().next();
    }
}
