package io.bootdistill.network;

import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.ConfigReader;
import io.bootdistill.internal.file.Quoted;
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

    private static final String MID_BLOCK = "mid_block_type";

    private final ConfigReader json;
    private final String source;
    private final boolean headDimGiven;

    UNetConfigReader(JsonObject json, String source) {
        this.json = new ConfigReader(json, source);
        this.source = source;
        this.headDimGiven = json.has("attention_head_dim");
    }

    /**
     * Sets the values of the file in a builder that holds the defaults.
     *
     * @throws ModelFormatException naming the file, the key, its value and what is supported
     */
    UNetValues read(UNetBuilder<?> builder) {
        json.choice("_class_name", "UNet2DModel", List.of("UNet2DModel"));
        boolean hasMidBlock = !json.isNull(MID_BLOCK);
        json.choice(MID_BLOCK, "UNetMidBlock2D", List.of("UNetMidBlock2D"));
        json.choice("act_fn", "silu", List.of("silu", "swish"));
        List<Integer> size = json.integers("sample_size", 1, UNetCheck.MOST_PIXELS);
        if (size.isEmpty() || size.size() > 2) {
            throw json.refuse("sample_size", "a size or a pair [height, width]");
        }
        builder.size(size.get(0), size.get(size.size() - 1))
                .channels(json.integer("in_channels", 3), json.integer("out_channels", 3))
                .centerInputSample(json.flag("center_input_sample", false))
                .timeEmbedding(
                        isFirst("time_embedding_type", "fourier", "positional")
                                ? TimeEmbeddingType.FOURIER : TimeEmbeddingType.POSITIONAL,
                        zeroOrPositive("time_embedding_dim", 1 << 20))
                .frequencies(json.integer("freq_shift", 0), json.flag("flip_sin_to_cos", true))
                .blocks(
                        blocks("down_block_types", DOWN,
                                List.of("DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D")),
                        blocks("up_block_types", UP, List.of("AttnUpBlock2D", "AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D")))
                .blockOutChannels(channels())
                .layersPerBlock(json.integer("layers_per_block", 2))
                .midBlock(hasMidBlock)
                .midBlockScaleFactor((float) json.number("mid_block_scale_factor", 1))
                .sampling(
                        json.integer("downsample_padding", 1),
                        isFirst("downsample_type", "resnet", "conv"),
                        isFirst("upsample_type", "resnet", "conv"))
                .attention(
                        json.has("attention_head_dim") || !headDimGiven
                                ? json.integer("attention_head_dim", 8, 1, UNetCheck.MOST_CHANNELS) : 0,
                        json.flag("add_attention", true))
                .norm(json.integer("norm_num_groups", 32), (float) json.number("norm_eps", 1e-5))
                .attnNormNumGroups(zeroOrPositive("attn_norm_num_groups", UNetCheck.MOST_CHANNELS))
                .dropout(json.number("dropout", 0))
                .scaleShift(isFirst("resnet_time_scale_shift", "scale_shift", "default"))
                .classes(classEmbedType(), zeroOrPositive("num_class_embeds", UNetCheck.MOST_CLASSES));
        try {
            return builder.values();
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(source + ": " + e.getMessage(), e);
        }
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

    /** A whole number from 1, or 0 where there is none. */
    private int zeroOrPositive(String key, int most) {
        return json.has(key) ? json.integer(key, 1, 1, most) : 0;
    }

    private List<Integer> channels() {
        String key = "block_out_channels";
        if (!json.has(key)) {
            return List.of(224, 448, 672, 896);
        }
        List<Integer> channels = json.integers(key, 1, UNetCheck.MOST_CHANNELS);
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
                throw new ModelFormatException(source + ": " + key + " has " + Quoted.of(name) + ", supported are "
                        + known.keySet().stream().sorted().toList());
            }
            blocks.add(type);
        }
        return blocks;
    }
}
