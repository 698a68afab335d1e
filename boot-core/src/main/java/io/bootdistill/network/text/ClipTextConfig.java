package io.bootdistill.network.text;

import static io.bootdistill.internal.file.ConfigCheck.between;
import static io.bootdistill.internal.file.ConfigCheck.positive;
import static io.bootdistill.internal.file.ConfigCheck.that;

import com.google.gson.JsonObject;
import io.bootdistill.device.Activation;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.ConfigReader;
import io.bootdistill.internal.file.Json;
import java.nio.file.Path;
import java.util.List;

/**
 * The configuration of a transformers {@code CLIPTextModel} or {@code CLIPTextModelWithProjection} ({@code config.json};
 * Radford et al., 2021), as far as it is supported. Values are named as the keys of that file. Immutable.
 *
 * @param vocabSize tokens that there are, 1 … 2²⁴
 * @param maxPositionEmbeddings tokens of a prompt, 1 … 65,536
 * @param hiddenSize channels of a token, a multiple of {@code numAttentionHeads}
 * @param hiddenAct {@link Activation#QUICK_GELU} or {@link Activation#GELU}
 * @param projectionDim channels of what stands for the whole prompt; 0 for a model without projection
 * @param eosTokenId the token that ends a prompt; 2 is what files say that were made before this value had a meaning
 */
public record ClipTextConfig(
        int vocabSize,
        int maxPositionEmbeddings,
        int hiddenSize,
        int intermediateSize,
        int numHiddenLayers,
        int numAttentionHeads,
        Activation hiddenAct,
        float layerNormEps,
        int projectionDim,
        int eosTokenId) {

    private static final int MOST_CHANNELS = 1 << 14;
    private static final int UNTOLD_END = 2;

    /** @throws IllegalArgumentException naming the key whose value is out of range, the value, and the range */
    public ClipTextConfig {
        between("vocab_size", vocabSize, 1, 1 << 24);
        between("max_position_embeddings", maxPositionEmbeddings, 1, 1 << 16);
        between("hidden_size", hiddenSize, 1, MOST_CHANNELS);
        between("intermediate_size", intermediateSize, 1, MOST_CHANNELS << 2);
        between("num_hidden_layers", numHiddenLayers, 1, 256);
        between("num_attention_heads", numAttentionHeads, 1, MOST_CHANNELS);
        between("projection_dim", projectionDim, 0, MOST_CHANNELS);
        that((long) vocabSize * hiddenSize <= Integer.MAX_VALUE, "vocab_size is " + vocabSize + " and hidden_size " + hiddenSize,
                "fewer than 2³¹ values");
        that(hiddenSize % numAttentionHeads == 0, "hidden_size is " + hiddenSize,
                "a multiple of num_attention_heads, " + numAttentionHeads);
        that(hiddenAct == Activation.QUICK_GELU || hiddenAct == Activation.GELU, "hidden_act is " + hiddenAct,
                "QUICK_GELU or GELU");
        positive("layer_norm_eps", layerNormEps);
    }

    /**
     * The token whose last state stands for the whole prompt: the first that ends it, or the first of the largest number where
     * the file does not say how a prompt ends; the first of all where none ends it.
     *
     * @param ids of a prompt's tokens, at least one
     */
    public int pooledToken(int[] ids) {
        int found = 0;
        for (int i = ids.length - 1; i >= 0; i--) {
            if (eosTokenId == UNTOLD_END ? ids[i] >= ids[found] : ids[i] == eosTokenId) {
                found = i;
            }
        }
        return found;
    }

    /**
     * Reads a {@code config.json}.
     *
     * @throws ModelFormatException naming the file, the key, its value and what is supported
     */
    public static ClipTextConfig read(Path file) {
        return new Reader(Json.read(file), file.toString()).read();
    }

    /**
     * Reads the text of a {@code config.json}.
     *
     * @param source what it was read from, for messages
     * @throws ModelFormatException as {@link #read}
     */
    public static ClipTextConfig parse(String json, String source) {
        return new Reader(Json.parse(json, source), source).read();
    }

    /** Reads a configuration. Absent keys have the format's defaults. */
    private static final class Reader {

        private static final String PROJECTING = "CLIPTextModelWithProjection";

        private final ConfigReader json;
        private final String source;

        Reader(JsonObject json, String source) {
            this.json = new ConfigReader(json, source);
            this.source = source;
        }

        ClipTextConfig read() {
            json.choice("model_type", "clip_text_model", List.of("clip_text_model"));
            List<String> classes = json.strings("architectures");
            for (String name : classes) {
                if (!name.equals("CLIPTextModel") && !name.equals(PROJECTING)) {
                    throw json.refuse("architectures", "CLIPTextModel or " + PROJECTING);
                }
            }
            if (json.flag("use_attention_mask", false)) {
                throw json.refuse("use_attention_mask", "false: tokens after the end of a prompt are encoded, too");
            }
            Activation activation = json.choice("hidden_act", "quick_gelu", List.of("quick_gelu", "gelu")).equals("gelu")
                    ? Activation.GELU : Activation.QUICK_GELU;
            int projection = json.integer("projection_dim", 512, 1, MOST_CHANNELS);
            try {
                return new ClipTextConfig(
                        json.integer("vocab_size", 49408), json.integer("max_position_embeddings", 77),
                        json.integer("hidden_size", 512), json.integer("intermediate_size", 2048),
                        json.integer("num_hidden_layers", 12), json.integer("num_attention_heads", 8), activation,
                        (float) json.number("layer_norm_eps", 1e-5), classes.contains(PROJECTING) ? projection : 0,
                        json.integer("eos_token_id", 49407));
            } catch (IllegalArgumentException e) {
                throw new ModelFormatException(source + ": " + e.getMessage(), e);
            }
        }
    }
}
