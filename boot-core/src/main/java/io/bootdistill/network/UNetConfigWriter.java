package io.bootdistill.network;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.bootdistill.network.UNetConfig.BlockType;
import io.bootdistill.network.UNetConfig.ClassEmbedType;
import io.bootdistill.network.UNetConfig.TimeEmbeddingType;
import java.util.List;

/** Writes a {@link UNetConfig} as the format's {@code config.json}. */
final class UNetConfigWriter {

    private UNetConfigWriter() {}

    static JsonObject write(UNetConfig config) {
        JsonObject json = new JsonObject();
        json.addProperty("_class_name", "UNet2DModel");
        json.addProperty("act_fn", "silu");
        json.addProperty("add_attention", config.addAttention());
        addOrNull(json, "attention_head_dim", config.attentionHeadDim());
        addOrNull(json, "attn_norm_num_groups", config.attnNormNumGroups());
        JsonArray channels = new JsonArray();
        config.blockOutChannels().forEach(channels::add);
        json.add("block_out_channels", channels);
        json.addProperty("center_input_sample", config.centerInputSample());
        if (config.classEmbedType() == ClassEmbedType.TIMESTEP || config.classEmbedType() == ClassEmbedType.IDENTITY) {
            json.addProperty("class_embed_type", config.classEmbedType().name().toLowerCase(java.util.Locale.ROOT));
        } else {
            json.add("class_embed_type", JsonNull.INSTANCE);
        }
        json.add("down_block_types", names(config.downBlocks(), "Down"));
        json.addProperty("downsample_padding", config.downsamplePadding());
        json.addProperty("downsample_type", config.resnetDownsample() ? "resnet" : "conv");
        json.addProperty("dropout", config.dropout());
        json.addProperty("flip_sin_to_cos", config.flipSinToCos());
        json.addProperty("freq_shift", config.freqShift());
        json.addProperty("in_channels", config.inChannels());
        json.addProperty("layers_per_block", config.layersPerBlock());
        json.addProperty("mid_block_scale_factor", config.midBlockScaleFactor());
        json.addProperty("norm_eps", config.normEps());
        json.addProperty("norm_num_groups", config.normNumGroups());
        addOrNull(json, "num_class_embeds", config.numClassEmbeds());
        json.addProperty("out_channels", config.outChannels());
        json.addProperty("resnet_time_scale_shift", config.scaleShift() ? "scale_shift" : "default");
        if (config.height() == config.width()) {
            json.addProperty("sample_size", config.height());
        } else {
            JsonArray size = new JsonArray();
            size.add(config.height());
            size.add(config.width());
            json.add("sample_size", size);
        }
        json.addProperty("time_embedding_dim", config.timeEmbeddingDim());
        json.addProperty(
                "time_embedding_type", config.timeEmbeddingType() == TimeEmbeddingType.FOURIER ? "fourier" : "positional");
        json.add("up_block_types", names(config.upBlocks(), "Up"));
        json.addProperty("upsample_type", config.resnetUpsample() ? "resnet" : "conv");
        return json;
    }

    private static JsonArray names(List<BlockType> blocks, String way) {
        JsonArray names = new JsonArray();
        for (BlockType block : blocks) {
            names.add(switch (block) {
                case PLAIN -> way + "Block2D";
                case ATTENTION -> "Attn" + way + "Block2D";
                case RESNET -> "Resnet" + way + "sampleBlock2D";
            });
        }
        return names;
    }

    private static void addOrNull(JsonObject json, String key, int value) {
        if (value > 0) {
            json.addProperty(key, value);
        } else {
            json.add(key, JsonNull.INSTANCE);
        }
    }
}
