package io.bootdistill.examples.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bootdistill.config.DistillationConfig;
import java.util.LinkedHashMap;
import java.util.Map;

/** The values of a configuration, each by its way through the JSON: {@code optimiser.rate}, {@code phases[0].share}. */
public final class ConfigValues {

    private ConfigValues() {}

    /** All that decide the result, in their order. */
    public static Map<String, String> of(DistillationConfig config) {
        return of(JsonParser.parseString(config.toJson()).getAsJsonObject());
    }

    /** Those of a JSON object, in its order. An object without values has an empty text. */
    public static Map<String, String> of(JsonObject json) {
        Map<String, String> values = new LinkedHashMap<>();
        collect("", json, values);
        return values;
    }

    private static void collect(String at, JsonElement json, Map<String, String> values) {
        if (json instanceof JsonArray array) {
            for (int i = 0; i < array.size(); i++) {
                collect(at + "[" + i + "]", array.get(i), values);
            }
        } else if (!(json instanceof JsonObject object)) {
            values.put(at, json.isJsonPrimitive() ? json.getAsString() : json.toString());
        } else if (object.isEmpty()) {
            values.put(at, "");
        } else {
            object.entrySet().forEach(entry ->
                    collect(at.isEmpty() ? entry.getKey() : at + "." + entry.getKey(), entry.getValue(), values));
        }
    }
}
