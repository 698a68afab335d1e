package io.bootdistill;

import com.google.gson.JsonObject;
import io.bootdistill.internal.file.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The golden pipeline of prompts with small latents, whose network predicts v: small enough to be distilled by every test. */
public final class TinyPipeline {

    private TinyPipeline() {}

    /** Writes it, with latents of 8×8. */
    public static Path write(Path folder) throws IOException {
        return write(folder, 8);
    }

    /** Writes it, with latents of so many rows and columns. */
    public static Path write(Path folder, int size) throws IOException {
        DrawingGoldenTest.copy(folder);
        Path network = folder.resolve("unet/config.json");
        JsonObject config = Json.read(network);
        config.addProperty("sample_size", size);
        replace(network, config);
        Path scheduler = folder.resolve("scheduler/scheduler_config.json");
        config = Json.read(scheduler);
        config.addProperty("prediction_type", "v_prediction");
        replace(scheduler, config);
        return folder;
    }

    private static void replace(Path file, JsonObject json) throws IOException {
        Files.delete(file);
        Json.write(file, json);
    }
}
