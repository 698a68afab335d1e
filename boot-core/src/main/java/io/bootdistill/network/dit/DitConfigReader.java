package io.bootdistill.network.dit;

import com.google.gson.JsonObject;
import io.bootdistill.device.Activation;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.ConfigReader;
import io.bootdistill.internal.file.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Reads a {@link DitConfig} and refuses what is not supported. What an absent key means depends on the class of the file. */
public final class DitConfigReader {

    private static final String DIT = "DiTTransformer2DModel";
    private static final String GENERAL = "Transformer2DModel";

    private static final String GELU = "gelu";
    private static final String GELU_TANH = "gelu-approximate";
    private static final String QUICK_GELU = "geglu-approximate"; // not gated, whatever its name says

    private static final Set<String> WITHOUT_MEANING =
            Set.of("dropout", "norm_num_groups", "upcast_attention", "use_linear_projection");

    private final ConfigReader json;
    private final String source;
    private final boolean isDit;

    /**
     * Reads a {@code config.json}.
     *
     * @throws ModelFormatException naming the file, the key, its value and what is supported
     */
    public static DitConfig read(Path file) {
        return new DitConfigReader(Json.read(file), file.toString()).read();
    }

    /**
     * Reads the text of a {@code config.json}.
     *
     * @param source what it was read from, for messages
     * @throws ModelFormatException as {@link #read}
     */
    public static DitConfig parse(String json, String source) {
        return new DitConfigReader(Json.parse(json, source), source).read();
    }

    /** The keys of a {@code config.json} that have no meaning here, sorted; refuses what {@link #parse} refuses. */
    public static Set<String> unknownKeys(String json, String source) {
        DitConfigReader reader = new DitConfigReader(Json.parse(json, source), source);
        reader.read();
        return reader.unknownKeys();
    }

    /** @throws ModelFormatException unless the class is one of the two */
    private DitConfigReader(JsonObject json, String source) {
        this.json = new ConfigReader(json, source);
        this.source = source;
        this.isDit = this.json.choice("_class_name", null, List.of(DIT, GENERAL)).equals(DIT);
    }

    /** @throws ModelFormatException naming the file, the key, its value and what is supported */
    private DitConfig read() {
        requireZeroNorm();
        refuseOtherTransformers();
        int inChannels = whole("in_channels", 4);
        int outChannels = json.integer("out_channels", inChannels);
        try {
            return new DitConfig(
                    whole("sample_size", 32),
                    whole("patch_size", 2),
                    inChannels,
                    outChannels,
                    json.integer("num_layers", isDit ? 28 : 1),
                    json.integer("num_attention_heads", 16),
                    json.integer("attention_head_dim", isDit ? 72 : 88),
                    activation(),
                    whole("num_embeds_ada_norm", 1000),
                    (float) json.number("norm_eps", 1e-5));
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(source + ": " + e.getMessage(), e);
        }
    }

    /** The keys that have no meaning here. */
    private Set<String> unknownKeys() {
        Set<String> unknown = json.unreadKeys();
        unknown.removeAll(WITHOUT_MEANING);
        return unknown;
    }

    private void requireZeroNorm() {
        String zero = "ada_norm_zero";
        String found = json.choice("norm_type", isDit ? zero : "layer_norm",
                List.of(zero, "ada_norm", "ada_norm_single", "ada_norm_continuous", "layer_norm", "layer_norm_i2vgen"));
        if (!found.equals(zero)) {
            throw json.refuse("norm_type", zero + (found.equals("ada_norm_single") ? "; PixArt is not supported" : ""));
        }
    }

    private void refuseOtherTransformers() {
        require("attention_bias", isDit, true);
        require("norm_elementwise_affine", !isDit, false);
        for (String key : List.of("only_cross_attention", "double_self_attention", "use_additional_conditions")) {
            require(key, false, false);
        }
        for (String key : List.of("cross_attention_dim", "num_vector_embeds", "caption_channels")) {
            if (json.has(key)) {
                throw json.refuse(key, "null");
            }
        }
        json.choice("attention_type", "default", List.of("default"));
        if (json.number("interpolation_scale", 1) != 1) {
            throw json.refuse("interpolation_scale", "1 or null");
        }
    }

    private void require(String key, boolean byDefault, boolean needed) {
        if (json.flag(key, byDefault) != needed) {
            throw json.refuse(key, String.valueOf(needed));
        }
    }

    /** A number that {@link #GENERAL} has no default for. */
    private int whole(String key, int byDefault) {
        if (!isDit && !json.has(key)) {
            throw json.refuse(key, "a whole number");
        }
        return json.integer(key, byDefault);
    }

    private Activation activation() {
        String name = json.choice("activation_fn", isDit ? GELU_TANH : "geglu", List.of(GELU, GELU_TANH, QUICK_GELU));
        return switch (name) {
            case GELU -> Activation.GELU;
            case GELU_TANH -> Activation.GELU_TANH;
            default -> Activation.QUICK_GELU;
        };
    }
}
