package io.bootdistill;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bootdistill.device.Devices;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.internal.diffusers.DiffusersFolder;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;

/** A random U-Net of 8×8 images with three classes and a null label, as a model folder: small enough for every test. */
public final class TinyTeacher {

    private TinyTeacher() {}

    /** The network's config.json. */
    public static JsonObject network() {
        return JsonParser.parseString("""
                {"_class_name": "UNet2DModel", "sample_size": 8, "in_channels": 1, "out_channels": 1,
                 "block_out_channels": [8, 12], "layers_per_block": 1, "norm_num_groups": 4, "attention_head_dim": 4,
                 "down_block_types": ["DownBlock2D", "AttnDownBlock2D"], "up_block_types": ["AttnUpBlock2D", "UpBlock2D"],
                 "num_class_embeds": 4}
                """).getAsJsonObject();
    }

    /** Writes the folder. */
    public static void write(Path folder, String predictionType) throws IOException {
        JsonObject network = network();
        JsonObject scheduler = JsonParser.parseString("""
                {"_class_name": "DDPMScheduler", "num_train_timesteps": 100, "beta_schedule": "squaredcos_cap_v2",
                 "prediction_type": "%s"}
                """.formatted(predictionType)).getAsJsonObject();
        SafetensorsWriter weights = new SafetensorsWriter();
        try (Model model = new Model(
                Graph.of(new UNet(UNetConfig.parse(network.toString(), "tiny"))), Devices.named("reference"), false)) {
            model.initialize(11);
            model.save((parameter, values) -> weights.add(parameter.name(), parameter.shape(), values));
        }
        DiffusersFolder.write(folder, network, scheduler, OptionalInt.of(3), weights);
    }
}
