package io.bootdistill.network.unet;

import io.bootdistill.device.Activation;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.ConfigReader;
import io.bootdistill.internal.file.Json;
import io.bootdistill.network.unet.ConditionalUNetConfig.MiddleBlock;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the {@code config.json} of a diffusers {@code UNet2DConditionModel}, and refuses what is not supported. Absent keys have
 * the format's defaults.
 */
public final class ConditionalUNetReader {

    private static final Map<String, MiddleBlock> MIDDLES = Map.of(
            "UNetMidBlock2D", MiddleBlock.RESIDUAL,
            "UNetMidBlock2DCrossAttn", MiddleBlock.CROSS_ATTENTION,
            "UNetMidBlock2DSimpleCrossAttn", MiddleBlock.SIMPLE_CROSS_ATTENTION);

    private final ConfigReader json;

    private ConditionalUNetReader(ConfigReader json) {
        this.json = json;
    }

    /**
     * Reads a {@code config.json}.
     *
     * @throws ModelFormatException naming the file, the key, its value and what is supported
     */
    public static ConditionalUNetConfig read(Path file) {
        return read(new ConfigReader(Json.read(file), file.toString()), file.toString());
    }

    /**
     * Reads the text of a {@code config.json}.
     *
     * @param source what it was read from, for messages
     * @throws ModelFormatException as {@link #read}
     */
    public static ConditionalUNetConfig parse(String json, String source) {
        return read(new ConfigReader(Json.parse(json, source), source), source);
    }

    /** The keys of a {@code config.json} that have no meaning here, sorted; refuses what {@link #parse} refuses. */
    public static Set<String> unknownKeys(String json, String source) {
        ConfigReader reader = new ConfigReader(Json.parse(json, source), source);
        read(reader, source);
        return reader.unreadKeys();
    }

    private static ConditionalUNetConfig read(ConfigReader json, String source) {
        try {
            return new ConditionalUNetReader(json).config();
        } catch (ModelFormatException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(source + ": " + e.getMessage(), e);
        }
    }

    private ConditionalUNetConfig config() {
        refuseWhatIsNotSupported();
        List<UNetLevel> levels = new UNetLevelReader(json).levels();
        ConditionalUNetConfig.Text text = text();
        return new ConditionalUNetConfig(
                sample(), levels, middle(), residual(),
                new ConditionalUNetConfig.Attention(
                        json.flag("use_linear_projection", false), isGiven("cross_attention_norm", "group_norm")),
                new UNetEmbeddingReader(json).embedding(levels.get(0).channels()), text);
    }

    /** What is another model, or what the format knows and no public model of pictures from text has. */
    private void refuseWhatIsNotSupported() {
        json.choice("_class_name", "UNet2DConditionModel", List.of("UNet2DConditionModel"));
        json.choice("attention_type", "default", List.of("default"));
        for (String key : List.of("dual_cross_attention", "class_embeddings_concat")) {
            if (json.flag(key, false)) {
                throw json.refuse(key, "false");
            }
        }
        for (String key : List.of("conv_in_kernel", "conv_out_kernel")) {
            json.integer(key, 3, 3, 3);
        }
        if (json.has("num_attention_heads")) {
            throw json.refuse("num_attention_heads", "null: the format takes the heads from attention_head_dim");
        }
        double dropout = json.number("dropout", 0); // of training by the format; nothing drops here
        if (!(dropout >= 0 && dropout <= 1)) {
            throw json.refuse("dropout", "in [0, 1]");
        }
        json.flag("upcast_attention", false); // of half precision: without meaning here
    }

    private ConditionalUNetConfig.Sample sample() {
        List<Integer> size = json.integers("sample_size", 1, ConditionalUNetConfig.MOST_PIXELS);
        if (size.isEmpty() && json.has("sample_size") || size.size() > 2) {
            throw json.refuse("sample_size", "a size, a pair [height, width], or null");
        }
        int height = size.isEmpty() ? 0 : size.get(0);
        int width = size.isEmpty() ? 0 : size.get(size.size() - 1);
        return new ConditionalUNetConfig.Sample(height, width, json.integer("in_channels", 4),
                json.integer("out_channels", 4), json.flag("center_input_sample", false));
    }

    private ConditionalUNetConfig.Middle middle() {
        MiddleBlock block = json.isNull("mid_block_type") ? MiddleBlock.NONE : MIDDLES.get(json.choice(
                "mid_block_type", "UNetMidBlock2DCrossAttn", MIDDLES.keySet().stream().sorted().toList()));
        List<List<Integer>> depths = json.rows("transformer_layers_per_block", 0, ConditionalUNetConfig.MOST_DEPTH);
        List<Boolean> only = json.flags("only_cross_attention");
        return new ConditionalUNetConfig.Middle(
                block, (float) json.number("mid_block_scale_factor", 1),
                depths.isEmpty() ? 1 : depths.get(depths.size() - 1).get(0),
                json.flag("mid_block_only_cross_attention", only.size() == 1 && only.get(0)));
    }

    private ConditionalUNetConfig.Residual residual() {
        if (json.isNull("norm_num_groups")) {
            throw json.refuse("norm_num_groups", "a number");
        }
        return new ConditionalUNetConfig.Residual(
                UNetEmbeddingReader.activation(json, "act_fn", Activation.SILU), json.integer("norm_num_groups", 32),
                (float) json.number("norm_eps", 1e-5),
                json.choice("resnet_time_scale_shift", "default", List.of("default", "scale_shift")).equals("scale_shift"),
                json.flag("resnet_skip_time_act", false), (float) json.number("resnet_out_scale_factor", 1),
                json.integer("downsample_padding", 1));
    }

    private ConditionalUNetConfig.Text text() {
        List<Integer> channels = json.integers("cross_attention_dim", 1, ConditionalUNetConfig.MOST_CHANNELS);
        if (channels.isEmpty() && json.has("cross_attention_dim") || channels.stream().distinct().count() > 1) {
            throw json.refuse("cross_attention_dim", "a number, or the same one for each level");
        }
        int read = channels.isEmpty() ? 1280 : channels.get(0);
        boolean projected = json.has("encoder_hid_dim");
        if (isGiven("encoder_hid_dim_type", "text_proj") && !projected) {
            throw json.refuse("encoder_hid_dim", "a number, since encoder_hid_dim_type is text_proj");
        }
        return new ConditionalUNetConfig.Text(json.integer("encoder_hid_dim", read), read, projected);
    }

    /** Whether a key that may be null has its only value. */
    private boolean isGiven(String key, String only) {
        return json.has(key) && json.choice(key, only, List.of(only)).equals(only);
    }
}
