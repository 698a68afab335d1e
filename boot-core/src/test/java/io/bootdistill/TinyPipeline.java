package io.bootdistill;

import com.google.gson.JsonObject;
import io.bootdistill.internal.file.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The golden pipeline of prompts with latents of 8×8, whose network predicts v: small enough to be distilled by every test. */
public final class TinyPipeline {

    private TinyPipeline() {}

    /** Writes it. */
    public static Path write(Path folder) throws IOException {
        DrawingGoldenTest.copy(folder);
        Path network = folder.resolve("unet/config.json");
        JsonObject config = Json.read(network);
        config.addProperty("sample_size", 8);
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
