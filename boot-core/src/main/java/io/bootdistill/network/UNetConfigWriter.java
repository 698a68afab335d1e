package io.bootdistill.network;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.List;

/** Writes a {@link UNetConfig} as the format's {@code values.json}. */
final class UNetConfigWriter {

    private UNetConfigWriter() {}

    static JsonObject write(UNetValues values) {
        JsonObject json = new JsonObject();
        json.addProperty("_class_name", "UNet2DModel");
        json.addProperty("act_fn", "silu");
        json.addProperty("add_attention", values.addAttention());
        addOrNull(json, "attention_head_dim", values.attentionHeadDim());
        addOrNull(json, "attn_norm_num_groups", values.attnNormNumGroups());
        JsonArray channels = new JsonArray();
        values.blockOutChannels().forEach(channels::add);
        json.add("block_out_channels", channels);
        json.addProperty("center_input_sample", values.centerInputSample());
        if (values.classEmbedType() == ClassEmbedType.TIMESTEP || values.classEmbedType() == ClassEmbedType.IDENTITY) {
            json.addProperty("class_embed_type", values.classEmbedType().name().toLowerCase(java.util.Locale.ROOT));
        } else {
            json.add("class_embed_type", JsonNull.INSTANCE);
        }
        json.add("down_block_types", names(values.downBlocks(), "Down"));
        json.addProperty("downsample_padding", values.downsamplePadding());
        json.addProperty("downsample_type", values.resnetDownsample() ? "resnet" : "conv");
        json.addProperty("dropout", values.dropout());
        json.addProperty("flip_sin_to_cos", values.flipSinToCos());
        json.addProperty("freq_shift", values.freqShift());
        json.addProperty("in_channels", values.inChannels());
        json.addProperty("layers_per_block", values.layersPerBlock());
        if (!values.hasMidBlock()) {
            json.add("mid_block_type", JsonNull.INSTANCE); // else its default
        }
        json.addProperty("mid_block_scale_factor", values.midBlockScaleFactor());
        json.addProperty("norm_eps", values.normEps());
        json.addProperty("norm_num_groups", values.normNumGroups());
        addOrNull(json, "num_class_embeds", values.numClassEmbeds());
        json.addProperty("out_channels", values.outChannels());
        json.addProperty("resnet_time_scale_shift", values.scaleShift() ? "scale_shift" : "default");
        if (values.height() == values.width()) {
            json.addProperty("sample_size", values.height());
        } else {
            JsonArray size = new JsonArray();
            size.add(values.height());
            size.add(values.width());
            json.add("sample_size", size);
        }
        json.addProperty("time_embedding_dim", values.timeEmbeddingDim());
        json.addProperty(
                "time_embedding_type", values.timeEmbeddingType() == TimeEmbeddingType.FOURIER ? "fourier" : "positional");
        json.add("up_block_types", names(values.upBlocks(), "Up"));
        json.addProperty("upsample_type", values.resnetUpsample() ? "resnet" : "conv");
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
