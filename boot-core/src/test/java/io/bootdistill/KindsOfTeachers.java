package io.bootdistill;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.internal.file.Json;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Tiny teachers of each kind of latent pipeline, as folders: of prompts, of classes with a learnt variance, of nothing. */
public enum KindsOfTeachers {
    TEXT(DrawRequest.ofPrompts("a dog", "an old lighthouse by the sea!")),
    DIT(DrawRequest.ofLabels(3, 7)),
    LDM(DrawRequest.ofCount(2));

    private static final String SCHEDULER = """
            {"_class_name": "DDIMScheduler", "beta_start": 0.0015, "beta_end": 0.0195, "beta_schedule": "scaled_linear",
             "num_train_timesteps": 1000, "clip_sample": false, "prediction_type": "%s"}
            """;

    /** What its students are asked to draw: two pictures. */
    final DrawRequest request;

    KindsOfTeachers(DrawRequest request) {
        this.request = request.withSeed(4);
    }

    Teacher load(Path folder, String prediction, Device device) throws IOException {
        return Teacher.load(write(folder, prediction), device);
    }

    /** Writes its folder. */
    public Path write(Path folder, String prediction) throws IOException {
        switch (this) {
            case TEXT -> DrawingGoldenTest.copy(folder);
            case DIT -> {
                index(folder, "DiTPipeline", "transformer", "DiTTransformer2DModel", "vae", "AutoencoderKL");
                component(folder.resolve("transformer"), "dit");
                component(folder.resolve("vae"), "autoencoder-kl");
            }
            case LDM -> {
                index(folder, "LDMPipeline", "unet", "UNet2DModel", "vqvae", "VQModel");
                unet(folder.resolve("unet"));
                component(folder.resolve("vqvae"), "vq-model");
            }
        }
        Path scheduler = folder.resolve("scheduler/scheduler_config.json");
        Files.createDirectories(scheduler.getParent());
        Files.writeString(scheduler, SCHEDULER.formatted(prediction));
        return folder;
    }

    /** A distiller that knows what to draw conditions from. */
    BootDistiller distiller(Teacher teacher) {
        BootDistiller distiller = new BootDistiller(teacher);
        return this != TEXT ? distiller
                : distiller.conditions(ConditionSource.prompts(List.of("a cat", "a dog", "the sea", "a house", "a tree")));
    }

    private static void index(
            Path folder, String pipeline, String network, String networkClass, String autoencoder, String autoencoderClass)
            throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("model_index.json"), """
                {"_class_name": "%s", "%s": ["diffusers", "%s"], "%s": ["diffusers", "%s"],
                 "scheduler": ["diffusers", "DDIMScheduler"]}
                """.formatted(pipeline, network, networkClass, autoencoder, autoencoderClass));
    }

    private static void component(Path folder, String fixture) throws IOException {
        Files.createDirectories(folder);
        for (String file : List.of("config.json", "diffusion_pytorch_model.safetensors")) {
            Files.copy(Fixtures.file("text-to-image/" + fixture + "/" + file), folder.resolve(file));
        }
    }

    private static void unet(Path folder) throws IOException {
        JsonObject config = JsonParser.parseString("""
                {"_class_name": "UNet2DModel", "sample_size": 8, "in_channels": 3, "out_channels": 3,
                 "block_out_channels": [8, 12], "layers_per_block": 1, "norm_num_groups": 4, "attention_head_dim": 4,
                 "down_block_types": ["DownBlock2D", "AttnDownBlock2D"], "up_block_types": ["AttnUpBlock2D", "UpBlock2D"]}
                """).getAsJsonObject();
        Files.createDirectories(folder);
        Json.write(folder.resolve("config.json"), config);
        SafetensorsWriter weights = new SafetensorsWriter();
        try (Model model = new Model(
                Graph.of(new UNet(UNetConfig.parse(config.toString(), "tiny"))), Devices.named("reference"), false)) {
            model.initialize(11);
            model.save((parameter, values) -> weights.add(parameter.name(), parameter.shape(), values));
        }
        weights.write(folder.resolve("diffusion_pytorch_model.safetensors"));
    }
}
