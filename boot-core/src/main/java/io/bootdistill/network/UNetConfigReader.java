package io.bootdistill.network;

import com.google.gson.JsonObject;
import io.bootdistill.format.ConfigReader;
import io.bootdistill.format.ModelFormatException;
import io.bootdistill.network.UNetConfig.BlockType;
import io.bootdistill.network.UNetConfig.ClassEmbedType;
import io.bootdistill.network.UNetConfig.TimeEmbeddingType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
    private static final int MOST_CHANNELS = 1 << 16;

    private final ConfigReader json;
    private final String source;
    private final boolean headDimGiven;

    UNetConfigReader(JsonObject json, String source) {
        this.json = new ConfigReader(json, source);
        this.source = source;
        this.headDimGiven = json.has("attention_head_dim");
    }

    UNetConfig read() {
        json.choice("_class_name", "UNet2DModel", List.of("UNet2DModel"));
        json.choice("mid_block_type", "UNetMidBlock2D", List.of("UNetMidBlock2D"));
        json.choice("act_fn", "silu", List.of("silu", "swish"));
        List<Integer> channels = channels();
        List<Integer> size = json.integers("sample_size", 1, 1 << 14);
        if (size.isEmpty() || size.size() > 2) {
            throw json.refuse("sample_size", "a size or a pair [height, width]");
        }
        UNetConfig config = new UNetConfig(
                size.get(0),
                size.get(size.size() - 1),
                json.integer("in_channels", 3, 1, MOST_CHANNELS),
                json.integer("out_channels", 3, 1, MOST_CHANNELS),
                json.flag("center_input_sample", false),
                isFirst("time_embedding_type", "fourier", "positional")
                        ? TimeEmbeddingType.FOURIER : TimeEmbeddingType.POSITIONAL,
                json.integer("time_embedding_dim", 4 * channels.get(0), 1, 1 << 20),
                json.integer("freq_shift", 0, 0, 1),
                json.flag("flip_sin_to_cos", true),
                blocks("down_block_types", DOWN,
                        List.of("DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D")),
                blocks("up_block_types", UP, List.of("AttnUpBlock2D", "AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D")),
                channels,
                json.integer("layers_per_block", 2, 1, 64),
                positive("mid_block_scale_factor", 1),
                json.integer("downsample_padding", 1, 0, 1),
                isFirst("downsample_type", "resnet", "conv"),
                isFirst("upsample_type", "resnet", "conv"),
                json.has("attention_head_dim") || !headDimGiven
                        ? json.integer("attention_head_dim", 8, 1, MOST_CHANNELS) : 0,
                json.integer("norm_num_groups", 32, 1, MOST_CHANNELS),
                zeroOrPositive("attn_norm_num_groups", MOST_CHANNELS),
                positive("norm_eps", 1e-5),
                share("dropout"),
                isFirst("resnet_time_scale_shift", "scale_shift", "default"),
                json.flag("add_attention", true),
                classEmbedType(),
                zeroOrPositive("num_class_embeds", 1 << 24));
        check(config);
        return config;
    }

    /** The keys that have no meaning here. */
    Set<String> unknownKeys() {
        Set<String> unknown = json.unreadKeys();
        unknown.remove("num_train_timesteps"); // of learned time embeddings alone
        return unknown;
    }

    private ClassEmbedType classEmbedType() {
        if (json.has("class_embed_type")) {
            return isFirst("class_embed_type", "timestep", "identity") ? ClassEmbedType.TIMESTEP : ClassEmbedType.IDENTITY;
        }
        return json.has("num_class_embeds") ? ClassEmbedType.LABEL : ClassEmbedType.NONE;
    }

    /** Whether a choice between two, the second being the default, is the first. */
    private boolean isFirst(String key, String first, String second) {
        return json.choice(key, second, List.of(first, second)).equals(first);
    }

    private float positive(String key, double byDefault) {
        float number = (float) json.number(key, byDefault);
        if (!(number > 0) || !Float.isFinite(number)) {
            throw json.refuse(key, "a number above 0");
        }
        return number;
    }

    private double share(String key) {
        double number = json.number(key, 0);
        if (!(number >= 0 && number <= 1)) {
            throw json.refuse(key, "a number in [0, 1]");
        }
        return number;
    }

    /** A whole number from 1, or 0 where there is none. */
    private int zeroOrPositive(String key, int most) {
        return json.has(key) ? json.integer(key, 1, 1, most) : 0;
    }

    private List<Integer> channels() {
        String key = "block_out_channels";
        if (!json.has(key)) {
            return List.of(224, 448, 672, 896);
        }
        List<Integer> channels = json.integers(key, 1, MOST_CHANNELS);
        if (channels.isEmpty()) {
            throw json.refuse(key, "a list of at least one");
        }
        return channels;
    }

    private List<BlockType> blocks(String key, Map<String, BlockType> known, List<String> defaults) {
        List<BlockType> blocks = new ArrayList<>();
        for (String name : json.has(key) ? json.strings(key) : defaults) {
            BlockType type = known.get(name);
            if (type == null) {
                throw new ModelFormatException(
                        source + ": " + key + " has " + name + ", supported are " + known.keySet().stream().sorted().toList());
            }
            blocks.add(type);
        }
        return blocks;
    }

    // ---- what must fit together

    private void check(UNetConfig config) {
        int levels = config.levels();
        require(config.downBlocks().size() == levels && config.upBlocks().size() == levels,
                "down_block_types has " + config.downBlocks().size() + " entries and up_block_types "
                        + config.upBlocks().size(), "as many as block_out_channels, " + levels);
        long unit = 1L << Math.min(levels - 1, 62);
        require(config.height() % unit == 0 && config.width() % unit == 0,
                "sample_size is " + config.height() + "×" + config.width(), "a multiple of " + unit + " for " + levels + " levels");
        for (int channels : config.blockOutChannels()) {
            require(channels % config.normNumGroups() == 0, "block_out_channels has " + channels,
                    "a multiple of norm_num_groups, " + config.normNumGroups());
        }
        for (int level = 0; level < levels; level++) {
            require(config.attentionHeadDim() <= config.channels(level) || !hasAttention(config, level),
                    "attention_head_dim is " + config.attentionHeadDim(),
                    "at most " + config.channels(level) + ", the channels of a block with attention");
        }
        int first = config.channels(0);
        require(config.timeEmbeddingType() == TimeEmbeddingType.FOURIER
                        || first % 2 == 0 && first / 2 > config.freqShift(),
                "block_out_channels starts with " + first, "even and above " + 2 * config.freqShift()
                        + " for a positional time embedding");
        int deepest = config.channels(levels - 1);
        require(config.attnNormNumGroups() == 0 || deepest % config.attnNormNumGroups() == 0,
                "attn_norm_num_groups is " + config.attnNormNumGroups(), "a divisor of " + deepest);
    }

    /** Whether there is attention at a level: on the way down, on the way up, or in the middle. */
    private static boolean hasAttention(UNetConfig config, int level) {
        int deepest = config.levels() - 1;
        return config.downBlocks().get(level) == BlockType.ATTENTION
                || config.upBlocks().get(deepest - level) == BlockType.ATTENTION
                || config.addAttention() && level == deepest;
    }

    private void require(boolean satisfied, String found, String needed) {
        if (!satisfied) {
            throw new ModelFormatException(source + ": " + found + ", must be " + needed);
        }
    }
}
