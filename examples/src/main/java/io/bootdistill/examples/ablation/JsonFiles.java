package io.bootdistill.examples.ablation;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.stream.JsonReader;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.AtomicFiles;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.file.Quoted;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Records as JSON files, NaN and infinity allowed. */
final class JsonFiles {

    private static final Gson GSON = new GsonBuilder()
            .setPrettyPrinting().disableHtmlEscaping().serializeSpecialFloatingPointValues().create();

    private JsonFiles() {}

    /**
     * The record in a file; null where there is no file.
     *
     * @param isWhole whether it has all that this version writes
     */
    static <R extends Record> R read(Path file, Class<R> type, Predicate<R> isWhole) {
        if (!Files.exists(file)) {
            return null;
        }
        JsonReader reader = new JsonReader(new StringReader(Json.read(file).toString())); // which says where it fails
        R read;
        try {
            read = GSON.fromJson(reader, type);
        } catch (JsonParseException | IllegalArgumentException e) {
            throw new ModelFormatException(file + " is damaged at " + Quoted.of(reader.getPreviousPath()) + "; delete it", e);
        }
        if (read == null || !isWhole.test(read)) {
            throw new ModelFormatException(file + " lacks what this version writes: another version wrote it, or it is damaged;"
                    + " choose another --out, or delete it");
        }
        return read;
    }

    /** Where a record that was read differs from another, in words. */
    static String differences(Record found, Record other) {
        JsonObject there = GSON.toJsonTree(found).getAsJsonObject();
        JsonObject here = GSON.toJsonTree(other).getAsJsonObject();
        return Stream.concat(there.keySet().stream(), here.keySet().stream()).distinct()
                .filter(key -> !Objects.equals(there.get(key), here.get(key)))
                .map(key -> key + " is " + Quoted.of(Objects.toString(there.get(key), "none")) + " there, "
                        + Objects.toString(here.get(key), "none") + " here")
                .collect(Collectors.joining("; "));
    }

    static void write(Path file, Record value) throws IOException {
        AtomicFiles.writeFile(file, temporary -> Files.writeString(temporary, GSON.toJson(value) + "\n"));
    }
}
