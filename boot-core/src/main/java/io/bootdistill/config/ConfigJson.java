package io.bootdistill.config;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.Json;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * A run's {@code config.json}: every value that decides the result. The number of workers, the folder and the time budget (by
 * then a number of images) are of the machine, not of the run; the parts of a joint run have files of their own.
 */
public final class ConfigJson {

    private static final Set<String> LEFT_OUT = Set.of("workers", "folder", "timeBudget", "teacher", "student");
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private ConfigJson() {}

    private static List<RecordComponent> components(Class<? extends Record> type) {
        return Arrays.stream(type.getRecordComponents()).filter(c -> !LEFT_OUT.contains(c.getName())).toList();
    }

    /** A file's text. */
    public static String text(Record config) {
        return GSON.toJson(write(config)) + "\n";
    }

    static JsonObject write(Record config) {
        JsonObject json = new JsonObject();
        for (RecordComponent component : components(config.getClass())) {
            try {
                json.add(component.getName(), GSON.toJsonTree(component.getAccessor().invoke(config)));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("cannot read " + component.getName(), e);
            }
        }
        return json;
    }

    /**
     * Sets every value of a file in the builder, and builds.
     *
     * @throws ModelFormatException naming the file and the key that is missing, unknown or has a value that is not allowed
     */
    public static <C extends Record> C read(Path file, Class<C> type, Object builder, Supplier<C> build) {
        read(Json.read(file), type, builder, file.toString());
        try {
            return build.get();
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Sets every value of the JSON in the builder.
     *
     * @param type the configuration that the builder builds
     * @param source what the JSON was read from, for messages
     * @throws ModelFormatException if a key is missing or unknown, or its value has another type; it names the key
     */
    static void read(JsonObject json, Class<? extends Record> type, Object builder, String source) {
        for (RecordComponent component : components(type)) {
            if (!json.has(component.getName())) {
                throw new ModelFormatException(source + ": " + component.getName() + " is missing");
            }
        }
        set(json, type, builder, source);
    }

    /** Like {@link #read(JsonObject, Class, Object, String)}, but leaves what the JSON does not name as it is in the builder. */
    static void set(JsonObject json, Class<? extends Record> type, Object builder, String source) {
        Set<String> unknown = new TreeSet<>(json.keySet());
        for (RecordComponent component : components(type)) {
            String key = component.getName();
            if (!unknown.remove(key)) {
                continue;
            }
            Object value = value(json.get(key), component.getType(), source + ": " + key);
            try {
                builder.getClass().getMethod(key, component.getType()).invoke(builder, value);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("cannot set " + key, e);
            }
        }
        if (!unknown.isEmpty()) {
            throw new ModelFormatException(source + ": unknown keys " + String.join(", ", unknown));
        }
    }

    private static Object value(JsonElement json, Class<?> type, String name) {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .filter(constant -> json.isJsonPrimitive() && constant.toString().equals(json.getAsString()))
                    .findFirst()
                    .orElseThrow(() -> refused(json, name, "one of " + Arrays.toString(type.getEnumConstants()), null));
        }
        if (!json.isJsonPrimitive() || !json.getAsJsonPrimitive().isNumber()) {
            throw refused(json, name, "a number", null);
        }
        if (type == double.class) {
            return json.getAsDouble();
        }
        try {
            long whole = json.getAsBigDecimal().longValueExact();
            return type == int.class ? (Object) Math.toIntExact(whole) : (Object) whole;
        } catch (ArithmeticException e) {
            throw refused(json, name, "a whole number of " + (type == int.class ? 32 : 64) + " bits", e);
        }
    }

    private static ModelFormatException refused(JsonElement json, String name, String allowed, Exception cause) {
        return new ModelFormatException(name + " is " + json + ", must be " + allowed, cause);
    }
}
