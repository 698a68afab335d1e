package io.bootdistill.examples.ablation;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
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

/** Records as JSON files, NaN and infinity allowed. */
final class JsonFiles {

    private static final Gson GSON = new GsonBuilder()
            .setPrettyPrinting().disableHtmlEscaping().serializeSpecialFloatingPointValues().create();

    private JsonFiles() {}

    /** The record in a file; null where there is no file. */
    static <R extends Record> R read(Path file, Class<R> type) {
        if (!Files.exists(file)) {
            return null;
        }
        String text = Json.readText(file);
        JsonReader reader = new JsonReader(new StringReader(text));
        R read;
        try {
            read = GSON.fromJson(reader, type);
        } catch (JsonParseException | IllegalArgumentException e) {
            throw new ModelFormatException(file + " is damaged at " + Quoted.of(reader.getPreviousPath()) + "; delete it", e);
        }
        if (read == null) {
            throw new ModelFormatException(file + " is empty; delete it");
        }
        return read;
    }

    static void write(Path file, Record value) throws IOException {
        AtomicFiles.writeFile(file, temporary -> Files.writeString(temporary, GSON.toJson(value) + "\n"));
    }
}
