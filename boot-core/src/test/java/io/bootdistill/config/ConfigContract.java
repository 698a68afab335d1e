package io.bootdistill.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bootdistill.error.ModelFormatException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What each configuration must be, found by its types alone, so that no new value can be forgotten: each can be set, is kept by
 * builders and by JSON, tells two configurations apart, and has values that are refused by its name.
 *
 * @param <V> its values
 * @param <C> the configuration
 */
abstract class ConfigContract<V extends Record, C> {

    /** What is not written. */
    private static final Set<String> OF_MACHINE = Set.of("work.workers", "output.folder", "length.timeBudget");

    @TempDir
    private Path folder;

    /** Values to begin with: among them, each kind of everything. The first are the defaults. */
    abstract List<V> bases();

    abstract C build(V values);

    /** A configuration by way of a builder that has all values. */
    abstract C rebuilt(C config);

    abstract String json(C config);

    abstract C read(Path file);

    @Test
    void everyValueIsKept() throws IOException {
        Set<String> open = Leaves.declared(bases().get(0).getClass());
        for (V base : bases()) {
            for (V values : Variants.of(base)) {
                C config;
                try {
                    config = build(values);
                } catch (IllegalArgumentException e) {
                    continue; // does not fit the other values
                }
                String leaf = changed(base, values);
                assertKept(leaf, build(base), config, values);
                open.remove(leaf);
            }
        }
        assertEquals(Set.of(), open, "values that no configuration has changed alone");
    }

    /** The value that differs; where a kind does, that kind. */
    private String changed(V base, V values) {
        Set<String> different = Leaves.different(base, values);
        if (different.contains("length.timeBudget")) {
            return "length.timeBudget";
        }
        String first = new TreeSet<>(different).first();
        assertTrue(different.stream().allMatch(leaf -> leaf.startsWith(first)), different + " are changed at once");
        return first;
    }

    private void assertKept(String leaf, C base, C config, V values) throws IOException {
        assertNotEquals(base, config, leaf);
        assertNotEquals(base.toString(), config.toString(), leaf);
        assertEquals(config, build(values), leaf);
        assertEquals(config.hashCode(), build(values).hashCode(), leaf);
        assertEquals(config, rebuilt(config), leaf);
        assertAccessors(values, config);
        if (OF_MACHINE.contains(leaf)) {
            String name = leaf.substring(leaf.indexOf('.') + 1);
            assertTrue(!json(config).contains(name), json(config));
        } else {
            assertNotEquals(json(base), json(config), leaf);
            Path file = Files.writeString(folder.resolve("config.json"), json(config));
            assertEquals(config, read(file), leaf);
        }
    }

    private void assertAccessors(V values, C config) {
        for (RecordComponent component : values.getClass().getRecordComponents()) {
            try {
                Object found = config.getClass().getMethod(component.getName()).invoke(config);
                assertEquals(RecordJson.get(component, values), found, component.getName());
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Sets all values by the builder's methods of their names. */
    void set(Object builder, V values) {
        for (RecordComponent component : values.getClass().getRecordComponents()) {
            Object value = RecordJson.get(component, values);
            boolean isList = value instanceof List<?>;
            Class<?> type = isList ? Phase[].class : component.getType();
            try {
                Method setter = builder.getClass().getMethod(component.getName(), type);
                setter.invoke(builder, isList ? ((List<?>) value).toArray(new Phase[0]) : value);
            } catch (InvocationTargetException e) {
                throw (RuntimeException) e.getCause();
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }
    }

    // ---- refusals

    @Test
    void badNumbersAndMissingValuesAreRefusedByName() {
        for (V base : bases()) {
            assertBadRefused(base, values -> build(cast(values)));
        }
    }

    @SuppressWarnings("unchecked")
    private V cast(Record values) {
        return (V) values;
    }

    private void assertBadRefused(Record record, Consumer<Record> make) {
        RecordComponent[] components = record.getClass().getRecordComponents();
        for (int i = 0; i < components.length; i++) {
            Object[] values = Arrays.stream(components).map(c -> RecordJson.get(c, record)).toArray();
            Object value = values[i];
            String name = components[i].getName();
            if (value instanceof Enum<?> || value instanceof Record) {
                values[i] = null;
                assertRefused(record.getClass(), values, name + " .*is missing|" + name + " is missing", make);
            }
            Class<?> type = components[i].getType();
            if (type.isPrimitive() && !name.equals("seed")) {
                values[i] = type == int.class ? (Object) (-2) : type == long.class ? (Object) (-2L) : (Object) Double.NaN;
                assertRefused(record.getClass(), values, "(" + name + "|clip|guidance)\\b.* is (-2|NaN), must be .*", make);
            }
            Object inner = value instanceof List<?> list ? list.get(0) : value;
            if (inner instanceof Record nested) {
                assertBadRefused(nested, made -> {});
            }
        }
    }

    private static void assertRefused(Class<?> type, Object[] values, String message, Consumer<Record> make) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
                () -> make.accept((Record) Variants.make(type, values)), type + " " + Arrays.toString(values));
        assertTrue(refused.getMessage().matches(message), refused.getMessage() + " should be like " + message);
    }

    static final double TINY = 1e-9;
    static final double UNDER_ONE = Math.nextDown(1.0);
    static final double OVER_ONE = Math.nextUp(1.0);
    static final double INFINITY = Double.POSITIVE_INFINITY;

    static Map.Entry<String, double[][]> range(String leaf, double[] allowed, double[] refused) {
        return Map.entry(leaf, new double[][] {allowed, refused});
    }

    static double[] at(double... values) {
        return values;
    }

    static double[] beyond(double... values) {
        return values;
    }

    /** The first and last value of each leaf that is allowed, and those beyond that are not. */
    void assertRanges(Map<String, double[][]> ranges) {
        Set<String> numbers = new TreeSet<>();
        for (V base : bases()) {
            Leaves.of(base).forEach((leaf, value) -> {
                if (value instanceof Number && !leaf.equals("seed")) {
                    numbers.add(leaf);
                    for (double allowed : ranges.get(leaf)[0]) {
                        Variants.with(base, leaf, allowed);
                    }
                    for (double refused : ranges.get(leaf)[1]) {
                        assertThrows(IllegalArgumentException.class, () -> {
                            Record record = (Record) Variants.with(base, leaf, refused);
                            if (!leaf.contains(".")) {
                                build(cast(record)); // a group checks itself
                            }
                        }, leaf + " " + refused);
                    }
                }
            });
        }
        assertEquals(ranges.keySet(), numbers);
    }

    // ---- JSON

    @Test
    void missingAndUnknownKeysAreRefusedByTheirWay() throws IOException {
        for (V base : bases()) {
            JsonObject root = parse(json(build(base)));
            assertKeys(root, root, "");
        }
    }

    private void assertKeys(JsonObject root, JsonElement json, String at) throws IOException {
        if (json.isJsonArray()) {
            assertKeys(root, json.getAsJsonArray().get(0), at + "[0]");
        }
        if (!json.isJsonObject()) {
            return;
        }
        JsonObject object = json.getAsJsonObject();
        for (String key : List.copyOf(object.keySet())) {
            JsonElement value = object.get(key);
            String way = at.isEmpty() ? key : at + "." + key;
            object.remove(key);
            assertFileRefused(root, key.equals("layout") ? "names no layout" : isNamed(at, key) ? "{}" : way + " is missing");
            object.add(key + "s", value);
            if (!key.equals("layout")) {
                assertFileRefused(root, "unknown key " + key + "s; the nearest is " + key);
            }
            object.remove(key + "s");
            object.add(key, value);
            assertKeys(root, value, way);
        }
    }

    /** Whether the key names the kind of a value. */
    private static boolean isNamed(String at, String key) {
        return at.matches(".*(objective|boundary|clip|matching|online|network)") && !key.equals("share") && !key.equals("beta");
    }

    private void assertFileRefused(JsonObject root, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("refused.json"), root.toString());
        String found = assertThrows(ModelFormatException.class, () -> read(file), root::toString).getMessage();
        assertTrue(found.startsWith(file.toString()) && found.contains(message), found + " should say " + message);
    }

    static JsonObject parse(String json) {
        return JsonParser.parseString(json).getAsJsonObject();
    }

    @Test
    void valuesOfTheWrongTypeAreRefused() throws IOException {
        JsonObject root = parse(json(build(bases().get(0))));
        root.getAsJsonObject("work").addProperty("batch", "many");
        assertFileRefused(root, ": work.batch is \"many\", must be a number");
        root.getAsJsonObject("work").addProperty("batch", 1.5);
        assertFileRefused(root, ": work.batch is 1.5, must be a whole number of 32 bits");
        root.getAsJsonObject("work").addProperty("batch", 0);
        assertFileRefused(root, ": work: batch is 0, must be 1 … 65536");
        root.addProperty("work", 3);
        assertFileRefused(root, ": work is 3, must be an object of its values");
    }
}
