package io.bootdistill;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.util.Map;
import java.util.Set;

/**
 * A run's {@code config.json}: every value that decides the result. The number of workers, the folder and the time budget (by
 * then a number of images) are of the machine, not of the run.
 */
final class ConfigJson {

    private static final Set<String> LEFT_OUT = Set.of("workers", "folder", "timeBudget");
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private ConfigJson() {}

    static JsonObject write(DistillationConfig config) {
        JsonObject json = new JsonObject();
        for (var component : DistillationConfig.class.getRecordComponents()) {
            if (!LEFT_OUT.contains(component.getName())) {
                try {
                    json.add(component.getName(), GSON.toJsonTree(component.getAccessor().invoke(config)));
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException("cannot read " + component.getName(), e);
                }
            }
        }
        return json;
    }

    /** Sets every value of the JSON in the builder. */
    static void read(JsonObject json, DistillationConfig.Builder builder, String source) {
        for (Map.Entry<String, com.google.gson.JsonElement> entry : json.entrySet()) {
            try {
                var component = java.util.Arrays.stream(DistillationConfig.class.getRecordComponents())
                        .filter(c -> c.getName().equals(entry.getKey()) && !LEFT_OUT.contains(c.getName()))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(source + ": unknown key " + entry.getKey()));
                Object value = GSON.fromJson(entry.getValue(), component.getType());
                DistillationConfig.Builder.class
                        .getMethod(component.getName(), component.getType())
                        .invoke(builder, value);
            } catch (JsonParseException | ReflectiveOperationException e) {
                throw new IllegalArgumentException(source + ": " + entry.getKey() + " is " + entry.getValue(), e);
            }
        }
    }

    static String text(JsonObject json) {
        return GSON.toJson(json) + "\n";
    }
}
