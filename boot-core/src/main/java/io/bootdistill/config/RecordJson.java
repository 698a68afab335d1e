package io.bootdistill.config;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.bootdistill.objective.Objective;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How values become JSON: a record is an object of its components but for those {@link OfMachine}; an alternative of a sealed
 * interface is an object whose only key names it, or the name alone where it has no components; so is an objective, by its own
 * key; the choice of a corrector is that corrector, or a name; a constant is its name.
 */
final class RecordJson {

    private RecordJson() {}

    /** The components of a record that are written. */
    static List<RecordComponent> written(Class<?> type) {
        return Arrays.stream(type.getRecordComponents()).filter(c -> !c.isAnnotationPresent(OfMachine.class)).toList();
    }

    /** The name of an alternative. */
    static String name(Class<?> alternative) {
        String name = alternative.getSimpleName();
        return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
    }

    /** What a component of a record holds. */
    static @Nullable Object get(RecordComponent component, Object record) {
        try {
            component.getAccessor().trySetAccessible();
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }

    /** @param type what the value is declared as */
    static JsonElement write(Type type, Object value) {
        if (value instanceof List<?> list) {
            JsonArray array = new JsonArray();
            list.forEach(element -> array.add(write(elements(type), element)));
            return array;
        }
        if (value instanceof CorrectorChoice.Given given) {
            return object(given.corrector());
        }
        if (value instanceof Objective objective && type == Objective.class) {
            return named(objective.key(), object(objective));
        }
        if (type instanceof Class<?> declared && declared.isInterface() && declared.isSealed()) {
            String name = name(value.getClass());
            return written(value.getClass()).isEmpty() ? new JsonPrimitive(name) : named(name, object(value));
        }
        return value instanceof Record ? object(value) : primitive(type, value);
    }

    static JsonObject object(Object record) {
        JsonObject object = new JsonObject();
        for (RecordComponent component : written(record.getClass())) {
            object.add(component.getName(), write(component.getGenericType(), get(component, record)));
        }
        return object;
    }

    private static JsonObject named(String name, JsonObject values) {
        JsonObject object = new JsonObject();
        object.add(name, values);
        return object;
    }

    private static JsonPrimitive primitive(Type type, Object value) {
        if (value instanceof Number number) {
            return new JsonPrimitive(number);
        }
        if (value instanceof Boolean flag) {
            return new JsonPrimitive(flag);
        }
        if (value instanceof Enum<?> constant) {
            return new JsonPrimitive(constant.name());
        }
        throw new IllegalArgumentException("a " + type.getTypeName() + " cannot be written as JSON: " + value);
    }

    /** What a list is of. */
    static Class<?> elements(Type list) {
        return (Class<?>) ((ParameterizedType) list).getActualTypeArguments()[0];
    }
}
