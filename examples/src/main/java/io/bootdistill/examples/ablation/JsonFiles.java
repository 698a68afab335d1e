package io.bootdistill.examples.ablation;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Records as JSON files, NaN and infinity allowed. */
final class JsonFiles {

    private static final Gson GSON = new GsonBuilder()
            .setPrettyPrinting().disableHtmlEscaping().serializeSpecialFloatingPointValues().create();

    private JsonFiles() {}

    /** The record in a file; null where there is no file. */
    static <R extends Record> R read(Path file, Class<R> type) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        try {
            R read = GSON.fromJson(Files.readString(file), type);
            if (read != null) {
                return read;
            }
        } catch (JsonParseException e) {
            throw new ModelFormatException(file + " is damaged (" + e.getMessage() + "); delete it", e);
        }
        throw new ModelFormatException(file + " is empty; delete it");
    }

    static void write(Path file, Record value) throws IOException {
        AtomicFiles.writeFile(file, temporary -> Files.writeString(temporary, GSON.toJson(value) + "\n"));
    }
}
