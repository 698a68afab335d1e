package io.bootdistill.network;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.bootdistill.network.UNetConfig.BlockType;
import io.bootdistill.network.UNetConfig.ClassEmbedType;
import io.bootdistill.network.UNetConfig.TimeEmbeddingType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads a {@link UNetConfig} and refuses what is not supported. Absent keys have the format's defaults. */
final class UNetConfigReader {

    private static final Map<String, BlockType> DOWN = Map.of(
            "DownBlock2D", BlockType.PLAIN,
            "AttnDownBlock2D", BlockType.ATTENTION,
            "ResnetDownsampleBlock2D", BlockType.RESNET);
    private static final Map<String, BlockType> UP = Map.of(
            "UpBlock2D", BlockType.PLAIN,
            "AttnUpBlock2D", BlockType.ATTENTION,
            "ResnetUpsampleBlock2D", BlockType.RESNET);

    private final JsonObject json;

    UNetConfigReader(JsonObject json) {
        this.json = json;
    }

    UNetConfig read() {
        choice("_class_name", "UNet2DModel", "UNet2DModel");
        choice("mid_block_type", "UNetMidBlock2D", "UNetMidBlock2D");
        choice("act_fn", "silu", "silu", "swish");
        if (number("dropout", 0) > 0) {
            throw refuse("dropout", "0: training with dropout is not supported");
        }
        int[] size = sampleSize();
        List<Integer> channels = integers("block_out_channels", List.of(224, 448, 672, 896));
        List<BlockType> down = blocks("down_block_types", DOWN,
                List.of("DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D"));
        List<BlockType> up = blocks("up_block_types", UP,
                List.of("AttnUpBlock2D", "AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D"));
        if (down.size() != channels.size() || up.size() != channels.size()) {
            throw new IllegalArgumentException("down_block_types has " + down.size() + " entries, up_block_types "
                    + up.size() + " and block_out_channels " + channels.size() + ": must be equally many");
        }
        UNetConfig config = new UNetConfig(
                size[0], size[1],
                integer("in_channels", 3, 1, 1024),
                integer("out_channels", 3, 1, 1024),
                bool("center_input_sample", false),
                choice("time_embedding_type", "positional", "positional", "fourier").equals("fourier")
                        ? TimeEmbeddingType.FOURIER : TimeEmbeddingType.POSITIONAL,
                integer("time_embedding_dim", 4 * channels.get(0), 1, 1 << 20),
                integer("freq_shift", 0, -1, 1),
                bool("flip_sin_to_cos", true),
                down, up, channels,
                integer("layers_per_block", 2, 1, 64),
                (float) number("mid_block_scale_factor", 1),
                integer("downsample_padding", 1, 0, 1),
                choice("downsample_type", "conv", "conv", "resnet").equals("resnet"),
                choice("upsample_type", "conv", "conv", "resnet").equals("resnet"),
                present("attention_head_dim") || !json.has("attention_head_dim")
                        ? integer("attention_head_dim", 8, 1, 1 << 16) : 0,
                integer("norm_num_groups", 32, 1, 1 << 16),
                integer("attn_norm_num_groups", 0, 0, 1 << 16),
                (float) number("norm_eps", 1e-5),
                choice("resnet_time_scale_shift", "default", "default", "scale_shift").equals("scale_shift"),
                bool("add_attention", true),
                classEmbedType(),
                present("num_class_embeds") ? integer("num_class_embeds", 0, 1, 1 << 24) : 0);
        check(config);
        return config;
    }

    private ClassEmbedType classEmbedType() {
        if (present("class_embed_type")) {
            return choice("class_embed_type", null, "timestep", "identity").equals("timestep")
                    ? ClassEmbedType.TIMESTEP : ClassEmbedType.IDENTITY;
        }
        return present("num_class_embeds") ? ClassEmbedType.LABEL : ClassEmbedType.NONE;
    }

    private static void check(UNetConfig config) {
        int unit = 1 << config.levels() - 1;
        if (config.height() % unit != 0 || config.width() % unit != 0) {
            throw new IllegalArgumentException("sample_size is " + config.height() + "×" + config.width()
                    + ", must be a multiple of " + unit + " for " + config.levels() + " levels");
        }
        for (int channels : config.blockOutChannels()) {
            if (channels % config.normNumGroups() != 0) {
                throw new IllegalArgumentException("block_out_channels has " + channels
                        + ", must be a multiple of norm_num_groups " + config.normNumGroups());
            }
            if (config.attentionHeadDim() > channels && config.addAttention()) {
                throw new IllegalArgumentException("attention_head_dim is " + config.attentionHeadDim()
                        + ", must be at most the channels of each block: " + config.blockOutChannels());
            }
        }
        int half = config.channels(0) / 2;
        if (config.timeEmbeddingType() == TimeEmbeddingType.POSITIONAL
                && (config.channels(0) % 2 != 0 || half <= config.freqShift())) {
            throw new IllegalArgumentException("block_out_channels starts with " + config.channels(0)
                    + ", must be even and above " + 2 * config.freqShift() + " for positional time embeddings");
        }
        int groups = config.attnNormNumGroups();
        int deepest = config.channels(config.levels() - 1);
        if (groups > 0 && deepest % groups != 0) {
            throw new IllegalArgumentException("attn_norm_num_groups is " + groups + ", must divide " + deepest);
        }
    }

    private int[] sampleSize() {
        JsonElement value = json.get("sample_size");
        if (value instanceof JsonArray pair && pair.size() == 2) {
            return new int[] {size(pair.get(0)), size(pair.get(1))};
        }
        if (value == null || !value.isJsonPrimitive()) {
            throw refuse("sample_size", "a size or a pair [height, width]");
        }
        return new int[] {size(value), size(value)};
    }

    private int size(JsonElement value) {
        return integer(value, "sample_size", 1, 1 << 14);
    }

    private List<BlockType> blocks(String key, Map<String, BlockType> known, List<String> defaults) {
        List<BlockType> blocks = new ArrayList<>();
        for (String name : present(key) ? strings(key) : defaults) {
            BlockType type = known.get(name);
            if (type == null) {
                throw new IllegalArgumentException(
                        key + " has " + name + ", supported are " + known.keySet().stream().sorted().toList());
            }
            blocks.add(type);
        }
        return blocks;
    }

    // ---- JSON values

    private boolean present(String key) {
        return json.has(key) && !json.get(key).isJsonNull();
    }

    private String choice(String key, String byDefault, String... allowed) {
        if (!present(key)) {
            return byDefault;
        }
        for (String value : allowed) {
            if (json.get(key).isJsonPrimitive() && value.equals(json.get(key).getAsString())) {
                return value;
            }
        }
        throw refuse(key, String.join(" or ", allowed));
    }

    private int integer(String key, int byDefault, int least, int most) {
        return present(key) ? integer(json.get(key), key, least, most) : byDefault;
    }

    private int integer(JsonElement value, String key, int least, int most) {
        String allowed = "a whole number " + least + " … " + most;
        try {
            double number = value.getAsDouble();
            if (number != Math.rint(number) || number < least || number > most) {
                throw refuse(key, allowed);
            }
            return (int) number;
        } catch (NumberFormatException | UnsupportedOperationException | IllegalStateException e) {
            throw refuse(key, allowed);
        }
    }

    private double number(String key, double byDefault) {
        try {
            double number = present(key) ? json.get(key).getAsDouble() : byDefault;
            if (number >= 0 && Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException | UnsupportedOperationException | IllegalStateException e) {
            throw refuse(key, "a number");
        }
        throw refuse(key, "a number of 0 or more");
    }

    private boolean bool(String key, boolean byDefault) {
        if (!present(key)) {
            return byDefault;
        }
        if (json.get(key).isJsonPrimitive() && json.get(key).getAsJsonPrimitive().isBoolean()) {
            return json.get(key).getAsBoolean();
        }
        throw refuse(key, "true or false");
    }

    private List<Integer> integers(String key, List<Integer> defaults) {
        if (!present(key)) {
            return defaults;
        }
        List<Integer> values = new ArrayList<>();
        for (JsonElement element : array(key)) {
            values.add(integer(element, key, 1, 1 << 16));
        }
        if (values.isEmpty()) {
            throw refuse(key, "a list of channel counts");
        }
        return values;
    }

    private List<String> strings(String key) {
        List<String> values = new ArrayList<>();
        for (JsonElement element : array(key)) {
            values.add(element.isJsonPrimitive() ? element.getAsString() : element.toString());
        }
        return values;
    }

    private JsonArray array(String key) {
        if (!json.get(key).isJsonArray()) {
            throw refuse(key, "a list");
        }
        return json.getAsJsonArray(key);
    }

    private IllegalArgumentException refuse(String key, String allowed) {
        return new IllegalArgumentException(key + " is " + json.get(key) + ", must be " + allowed);
    }
}
