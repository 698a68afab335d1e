package io.bootdistill;

import com.google.gson.JsonObject;
import io.bootdistill.format.DType;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.internal.file.Json;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Network;
import io.bootdistill.network.Parameter;
import io.bootdistill.network.autoencoder.AutoencoderConfig;
import io.bootdistill.network.autoencoder.LatentDecoder;
import io.bootdistill.network.autoencoder.LatentEncoder;
import io.bootdistill.network.text.ClipText;
import io.bootdistill.network.text.ClipTextConfig;
import io.bootdistill.network.unet.ConditionalUNet;
import io.bootdistill.network.unet.ConditionalUNetReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a folder of Stable Diffusion 1.5's true configuration with random weights, to try what is large: {@code java
 * io.bootdistill.TrueSizeFolder DIR [fp16] [bk-tiny]}; 4.3 GB, or half as much in fp16. With the U-Net of BK-SDM-tiny (arXiv
 * 2305.15798), at 32×32 latents, 2.0 GB. The tokenizer is that of the golden pipeline.
 */
final class TrueSizeFolder {

    /** What BK-SDM-tiny changes: no middle, no coarsest level, half of the layers; and pictures of 256×256. */
    static final JsonObject BK_TINY = Json.parse("""
            {"block_out_channels": [320, 640, 1280], "layers_per_block": 1, "mid_block_type": null, "sample_size": 32,
             "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
             "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]}""", "bk-tiny");

    private TrueSizeFolder() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        boolean half = List.of(arguments).contains("fp16");
        DrawingGoldenTest.copy(folder);
        JsonObject unet = Json.read(Fixtures.file("text-to-image/configs/sd-1.5.json"));
        if (List.of(arguments).contains("bk-tiny")) {
            BK_TINY.entrySet().forEach(entry -> unet.add(entry.getKey(), entry.getValue()));
        }
        Json.write(replaced(folder.resolve("unet/config.json")), unet);
        JsonObject vae = Json.parse("""
                {"_class_name": "AutoencoderKL", "block_out_channels": [128, 256, 512, 512], "layers_per_block": 2,
                 "norm_num_groups": 32, "latent_channels": 4, "in_channels": 3, "out_channels": 3,
                 "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D"],
                 "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D"]}""", "vae");
        Json.write(replaced(folder.resolve("vae/config.json")), vae);
        JsonObject text = Json.parse("""
                {"architectures": ["CLIPTextModel"], "model_type": "clip_text_model", "vocab_size": 49408, "hidden_size": 768,
                 "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12, "max_position_embeddings": 77,
                 "hidden_act": "quick_gelu", "eos_token_id": 2}""", "text");
        Json.write(replaced(folder.resolve("text_encoder/config.json")), text);
        AutoencoderConfig autoencoder = AutoencoderConfig.parse(vae.toString(), "vae");
        weights(folder.resolve("vae/diffusion_pytorch_model.safetensors"), half,
                List.of(new LatentDecoder(autoencoder, 64, 64), new LatentEncoder(autoencoder, 512, 512)));
        weights(folder.resolve("text_encoder/model.safetensors"), half,
                List.of(new ClipText(ClipTextConfig.parse(text.toString(), "text"))));
        weights(folder.resolve("unet/diffusion_pytorch_model.safetensors"), half, List.of(new ConditionalUNet(
                ConditionalUNetReader.read(folder.resolve("unet/config.json")), 77)));
    }

    private static Path replaced(Path file) throws IOException {
        Files.delete(file);
        return file;
    }

    /**
     * Uniform weights of the usual size; norms are ones and zeros.
     *
     * @param half whether they are F16 (the neighbour towards zero), in a file that says so by its name
     */
    private static void weights(Path file, boolean half, List<Network> networks) throws IOException {
        Map<String, Parameter> parameters = new LinkedHashMap<>();
        for (Network network : networks) {
            Graph.of(network).layout().all().forEach(parameter -> parameters.putIfAbsent(parameter.name(), parameter));
        }
        SafetensorsWriter writer = new SafetensorsWriter();
        parameters.forEach((name, parameter) -> {
            boolean norm = name.contains("norm");
            boolean bias = name.endsWith(".bias");
            int fanIn = Math.max(1, parameter.size() / parameter.shape()[0]);
            float bound = (float) Math.sqrt(3.0 / fanIn) * (bias ? 0 : 1);
            writer.add(name, half ? DType.F16 : DType.F32, parameter.shape(), (first, into) -> {
                long state = name.hashCode() * 0x9E3779B97F4A7C15L + first + 1;
                while (into.hasRemaining()) {
                    state ^= state << 13;
                    state ^= state >>> 7;
                    state ^= state << 17;
                    into.put(norm ? bias ? 0 : 1 : ((state >>> 40) / (float) (1 << 23) - 1) * bound);
                }
            });
        });
        Files.deleteIfExists(file);
        writer.write(half ? Path.of(file.toString().replace(".safetensors", ".fp16.safetensors")) : file);
    }
}
