package io.bootdistill;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.bootdistill.device.Philox;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.internal.file.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes folders of tiny pipelines with random weights: DeepFloyd IF's two stages, and a latent consistency model. */
public final class TinyFolders {

    /** Numbers of a text state of IF's. */
    public static final int WIDTH = 24;

    /** States of a prompt. */
    public static final int TOKENS = 5;

    private static final String FIXTURES = "text-to-image/";

    private TinyFolders() {}

    /** Standard normal numbers. */
    public static float[] normal(int count, long seed) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = Philox.normal(seed, 0, i);
        }
        return values;
    }

    /** Replaces a file by another JSON. */
    static void json(Path file, JsonObject json) throws IOException {
        Files.createDirectories(file.getParent());
        Files.deleteIfExists(file);
        Json.write(file, json);
    }

    /** IF of a stage, 1 or 2, for pictures 8 wide and 16 high, without text states. */
    public static Path deepFloyd(Path folder, int stage) throws IOException {
        for (String file : new String[] {"config.json", "diffusion_pytorch_model.safetensors"}) {
            Files.createDirectories(folder.resolve("unet"));
            Files.copy(Fixtures.file(FIXTURES + "unet-if" + stage + "/" + file), folder.resolve("unet").resolve(file));
        }
        JsonObject index = Json.parse("""
                {"_class_name": "%s", "_diffusers_version": "0.40.0", "feature_extractor": [null, null],
                 "requires_safety_checker": false, "safety_checker": [null, null], "scheduler": ["diffusers", "DDPMScheduler"],
                 "text_encoder": [null, null], "tokenizer": [null, null], "unet": ["diffusers", "UNet2DConditionModel"],
                 "watermarker": [null, null]}""".formatted(stage == 1 ? "IFPipeline" : "IFSuperResolutionPipeline"), "index");
        JsonObject scheduler = Json.parse("""
                {"_class_name": "DDPMScheduler", "beta_schedule": "squaredcos_cap_v2", "clip_sample": true, "thresholding": true,
                 "dynamic_thresholding_ratio": 0.95, "sample_max_value": %s, "prediction_type": "epsilon",
                 "variance_type": "learned_range"}""".formatted(stage == 1 ? "1.5" : "1.0"), "scheduler");
        json(folder.resolve("scheduler/scheduler_config.json"), scheduler);
        if (stage == 2) {
            JsonArray pair = new JsonArray();
            pair.add("diffusers");
            pair.add("DDPMScheduler");
            index.add("image_noising_scheduler", pair);
            json(folder.resolve("image_noising_scheduler/scheduler_config.json"), Json.parse(
                    "{\"_class_name\": \"DDPMScheduler\", \"beta_schedule\": \"squaredcos_cap_v2\"}", "scheduler"));
        }
        json(folder.resolve("model_index.json"), index);
        return folder;
    }

    /** Random text states of prompts. */
    public static float[] states(Path file, int width, String... prompts) throws IOException {
        float[] states = normal(prompts.length * TOKENS * width, 6);
        float[] mask = new float[prompts.length * TOKENS];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = i % TOKENS < 3 ? 1 : 0;
        }
        new SafetensorsWriter().add("states", new int[] {prompts.length, TOKENS, width}, states)
                .add("mask", new int[] {prompts.length, TOKENS}, mask).metadata("prompts", String.join("\n", prompts)).write(file);
        return states;
    }

    /** The golden pipeline of Stable Diffusion, made a latent consistency model whose network is told the guidance scale. */
    public static Path consistency(Path folder) throws IOException {
        DrawingGoldenTest.copy(folder);
        JsonObject index = Json.read(folder.resolve("model_index.json"));
        index.addProperty("_class_name", "LatentConsistencyModelPipeline");
        JsonArray pair = new JsonArray();
        pair.add("diffusers");
        pair.add("LCMScheduler");
        index.add("scheduler", pair);
        json(folder.resolve("model_index.json"), index);
        json(folder.resolve("scheduler/scheduler_config.json"), Json.parse("""
                {"_class_name": "LCMScheduler", "prediction_type": "epsilon", "original_inference_steps": 50}""", "scheduler"));
        JsonObject config = Json.read(folder.resolve("unet/config.json"));
        config.addProperty("time_cond_proj_dim", 256);
        json(folder.resolve("unet/config.json"), config);
        Path weights = folder.resolve("unet/diffusion_pytorch_model.safetensors");
        SafetensorsWriter writer = new SafetensorsWriter();
        try (SafetensorsFile file = SafetensorsFile.open(weights)) {
            file.names().forEach(name -> writer.add(name, file.shape(name), file.floats(name)));
        }
        float[] told = normal(16 * 256, 8);
        for (int i = 0; i < told.length; i++) {
            told[i] *= 0.1f;
        }
        Files.delete(weights);
        writer.add("time_embedding.cond_proj.weight", new int[] {16, 256}, told).write(weights);
        return folder;
    }
}
