package io.bootdistill.config;

import com.google.gson.JsonElement;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.Quoted;
import java.util.Arrays;

/**
 * A number, a constant or a flag in JSON.
 *
 * @param name of the value, after that of its source, for messages
 */
record JsonValue(JsonElement json, String name) {

    /** The value as one of a primitive type or an enum. */
    Object as(Class<?> type) {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .filter(constant -> json.isJsonPrimitive() && ((Enum<?>) constant).name().equals(json.getAsString()))
                    .findFirst()
                    .orElseThrow(() -> refused("one of " + Arrays.toString(type.getEnumConstants())));
        }
        if (type == boolean.class) {
            if (!json.isJsonPrimitive() || !json.getAsJsonPrimitive().isBoolean()) {
                throw refused("true or false");
            }
            return json.getAsBoolean();
        }
        if (!json.isJsonPrimitive() || !json.getAsJsonPrimitive().isNumber()) {
            throw refused("a number");
        }
        return type == double.class ? (Object) json.getAsDouble() : whole(type);
    }

    private Object whole(Class<?> type) {
        boolean isInt = type == int.class;
        if (!isInt && type != long.class) {
            throw new IllegalArgumentException(name + ": a " + type.getTypeName() + " cannot be read from JSON");
        }
        try {
            long whole = json.getAsBigDecimal().longValueExact();
            return isInt ? (Object) Math.toIntExact(whole) : (Object) whole;
        } catch (ArithmeticException e) {
            throw refused("a whole number of " + (isInt ? 32 : 64) + " bits");
        }
    }

    ModelFormatException refused(String allowed) {
        return new ModelFormatException(name + " is " + Quoted.of(json) + ", must be " + allowed);
    }
}
