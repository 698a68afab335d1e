package io.bootdistill.config;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.CloseNames;
import io.bootdistill.internal.file.Quoted;
import io.bootdistill.matching.Corrector;
import io.bootdistill.objective.Objective;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link RecordJson} writes. What the JSON does not name is that of a record given as the base: always for values
 * of the machine, for others where the JSON need not be complete. Whatever is refused is named by its way from the root.
 */
final class RecordReader {

    private final String source;
    private final boolean complete;
    private final Map<String, Objective> objectives;

    /**
     * @param source what the JSON was read from, for messages
     * @param complete whether a missing key is refused
     * @param objectives those known, by their keys, with the values that an incomplete one begins with
     */
    RecordReader(String source, boolean complete, Map<String, Objective> objectives) {
        this.source = source;
        this.complete = complete;
        this.objectives = objectives;
    }

    /**
     * A record of the base's type.
     *
     * @param at the way to it, empty at the root
     */
    <R> R record(JsonElement json, R base, String at) {
        @SuppressWarnings("unchecked")
        Class<R> type = (Class<R>) base.getClass();
        return record(json, type, base, at);
    }

    /** @param base null where all must be named */
    private <R> R record(JsonElement json, Class<R> type, @Nullable R base, String at) {
        if (!json.isJsonObject()) {
            throw refused(json, at, "an object of its values");
        }
        JsonObject object = json.getAsJsonObject();
        List<String> names = RecordJson.written(type).stream().map(RecordComponent::getName).toList();
        for (String key : new TreeSet<>(object.keySet())) {
            requireKnown(key, names, at);
        }
        RecordComponent[] components = type.getRecordComponents();
        @Nullable Object[] values = new @Nullable Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String name = components[i].getName();
            Object byDefault = base == null ? null : RecordJson.get(components[i], base);
            if (object.has(name)) {
                values[i] = value(object.get(name), components[i].getGenericType(), byDefault, below(at, name));
            } else if (base == null || complete && names.contains(name)) {
                throw new ModelFormatException(source + ": " + below(at, name) + " is missing");
            } else {
                values[i] = byDefault;
            }
        }
        return make(type, components, values, at);
    }

    private <R> R make(Class<R> type, RecordComponent[] components, @Nullable Object[] values, String at) {
        try {
            Class<?>[] types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            Constructor<R> constructor = type.getDeclaredConstructor(types);
            constructor.trySetAccessible();
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                throw new ModelFormatException(within(at) + refused.getMessage(), refused);
            }
            throw new IllegalStateException("cannot make a " + type, e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make a " + type, e);
        }
    }

    private Object value(JsonElement json, Type type, @Nullable Object base, String at) {
        if (!(type instanceof Class<?> declared)) {
            return list(json, RecordJson.elements(type), at);
        }
        if (declared == Objective.class) {
            return objective(json, (Objective) base, at);
        }
        if (declared == CorrectorChoice.class) {
            return corrector(json, base, at);
        }
        if (declared.isInterface() && declared.isSealed()) {
            return alternative(json, declared, base, at);
        }
        return declared.isRecord()
                ? record(json, cast(declared), base, at)
                : new JsonValue(json, source + ": " + at).as(declared);
    }

    private List<Object> list(JsonElement json, Class<?> elements, String at) {
        if (!json.isJsonArray()) {
            throw refused(json, at, "a list");
        }
        List<Object> list = new ArrayList<>();
        for (JsonElement element : json.getAsJsonArray()) {
            Object base = elements == Phase.class ? Phase.defaults() : null;
            list.add(value(element, elements, base, at + "[" + list.size() + "]"));
        }
        return List.copyOf(list);
    }

    private Objective objective(JsonElement json, @Nullable Objective base, String at) {
        Map.Entry<String, JsonElement> named = named(json, at, objectives.keySet());
        String key = named.getKey();
        Objective begin = base != null && base.key().equals(key) ? base : objectives.get(key);
        return record(named.getValue(), begin, below(at, key));
    }

    private CorrectorChoice corrector(JsonElement json, @Nullable Object base, String at) {
        if (json.isJsonObject()) {
            Corrector corrector = base instanceof CorrectorChoice.Given given ? given.corrector() : Corrector.defaults();
            return new CorrectorChoice.Given(record(json, corrector, at));
        }
        for (CorrectorChoice choice : List.of(new CorrectorChoice.Automatic(), new CorrectorChoice.None())) {
            if (RecordJson.write(CorrectorChoice.class, choice).equals(json)) {
                return choice;
            }
        }
        throw refused(json, at, "one of automatic, none, or an object of the corrector's values");
    }

    private Object alternative(JsonElement json, Class<?> declared, @Nullable Object base, String at) {
        Map<String, Class<?>> alternatives = new TreeMap<>();
        for (Class<?> alternative : declared.getPermittedSubclasses()) {
            alternatives.put(RecordJson.name(alternative), alternative);
        }
        Map.Entry<String, JsonElement> named = named(json, at, alternatives.keySet());
        Class<Object> type = cast(alternatives.get(named.getKey()));
        return record(named.getValue(), type, type.isInstance(base) ? base : null, below(at, named.getKey()));
    }

    /** A name alone, or as the only key of an object of its values. */
    private Map.Entry<String, JsonElement> named(JsonElement json, String at, Collection<String> names) {
        boolean isName = json.isJsonPrimitive() && json.getAsJsonPrimitive().isString();
        if (!isName && !(json.isJsonObject() && json.getAsJsonObject().size() == 1)) {
            throw refused(json, at,
                    "one of " + String.join(", ", names) + ", alone or as the only key of an object of its values");
        }
        Map.Entry<String, JsonElement> named = isName
                ? Map.entry(json.getAsString(), new JsonObject())
                : json.getAsJsonObject().entrySet().iterator().next();
        requireKnown(named.getKey(), names, at);
        return named;
    }

    private void requireKnown(String key, Collection<String> names, String at) {
        if (!names.contains(key)) {
            throw new ModelFormatException(within(at) + "unknown key " + Quoted.of(key)
                    + (names.isEmpty() ? "; it has none" : "; the nearest is " + CloseNames.nearest(key, names)));
        }
    }

    private ModelFormatException refused(JsonElement json, String at, String allowed) {
        return new JsonValue(json, source + ": " + at).refused(allowed);
    }

    private String within(String at) {
        return source + ": " + (at.isEmpty() ? "" : at + ": ");
    }

    private static String below(String at, String name) {
        return at.isEmpty() ? name : at + "." + name;
    }

    @SuppressWarnings("unchecked")
    private static Class<Object> cast(Class<?> type) {
        return (Class<Object>) type;
    }
}
