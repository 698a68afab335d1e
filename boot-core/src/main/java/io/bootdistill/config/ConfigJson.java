package io.bootdistill.config;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.FolderLayout;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Derivative;
import io.bootdistill.objective.Objective;
import io.bootdistill.objective.Pinn;
import io.bootdistill.objective.Trajectories;
import io.bootdistill.phase.Cmt;
import io.bootdistill.phase.Consistency;
import io.bootdistill.phase.Direct;
import io.bootdistill.phase.Progressive;
import io.bootdistill.phase.Tract;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A run's {@code config.json}, or some values of one, with the version of its layout. The parts of a joint run have files of
 * their own.
 *
 * @param source what the JSON was read from, for messages
 * @param objectives those known, by their keys
 */
record ConfigJson(JsonObject json, String source, Map<String, Objective> objectives) {

    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    /** A file. */
    static ConfigJson of(Path file, Objective... others) {
        Map<String, Objective> known = known(others);
        return new ConfigJson(Json.read(Checks.notNull("file", file)), file.toString(), known);
    }

    /** A text. */
    static ConfigJson of(String json, String source, Objective... others) {
        Checks.notNull("json", json);
        Checks.notNull("source", source);
        Map<String, Objective> known = known(others);
        return new ConfigJson(Json.parse(json, source), source, known);
    }

    private static Map<String, Objective> known(Objective... others) {
        Map<String, Objective> known = new TreeMap<>();
        for (Objective own : new Objective[] {
                Trajectories.defaults(), Bootstrap.defaults(), Derivative.defaults(), Pinn.defaults(), Direct.defaults(),
                Cmt.defaults(), Progressive.defaults(), Consistency.defaults(), Tract.defaults()}) {
            known.put(own.key(), own);
        }
        for (Objective other : Checks.copy("others", others)) {
            Checks.that(other instanceof Record, "objective " + other.key(), other, "a record");
            Checks.that(known.putIfAbsent(other.key(), other) == null, "key of an objective", other.key(),
                    "one that no other objective has");
        }
        return known;
    }

    /**
     * All values, with those of the machine from the base.
     *
     * @throws ModelFormatException if a key is missing, unknown or not allowed, or the layout is another; it names the key
     */
    <R extends Record> R complete(R base) {
        FolderLayout.require(json, source);
        return new RecordReader(source, true, objectives).record(values(), base, "");
    }

    /**
     * The values of the base, but for those that the JSON names.
     *
     * @throws ModelFormatException if a key is unknown or not allowed; it names the key
     */
    <R extends Record> R over(R base) {
        if (json.has(FolderLayout.KEY)) {
            FolderLayout.require(json, source);
        }
        return new RecordReader(source, false, objectives).record(values(), base, "");
    }

    private JsonObject values() {
        JsonObject values = json.deepCopy();
        values.remove(FolderLayout.KEY);
        return values;
    }

    /** What is built of the values; where they do not fit each other, it is the source that is refused. */
    <C> C built(Supplier<C> build) {
        try {
            return build.get();
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(source + ": " + e.getMessage(), e);
        }
    }

    /** The text of a configuration. */
    static String text(Record values) {
        JsonObject json = new JsonObject();
        FolderLayout.mark(json);
        RecordJson.object(values).entrySet().forEach(entry -> json.add(entry.getKey(), entry.getValue()));
        return GSON.toJson(json) + "\n";
    }
}
