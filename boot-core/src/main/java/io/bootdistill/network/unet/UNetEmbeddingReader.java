package io.bootdistill.network.unet;

import io.bootdistill.device.Activation;
import io.bootdistill.internal.file.ConfigReader;
import io.bootdistill.network.unet.UNetEmbedding.Addition;
import io.bootdistill.network.unet.UNetEmbedding.ClassCondition;
import java.util.List;

/** Reads the embedding of a {@link ConditionalUNetConfig}. */
final class UNetEmbeddingReader {

    private static final String VECTOR = "projection_class_embeddings_input_dim";

    private final ConfigReader json;

    UNetEmbeddingReader(ConfigReader json) {
        this.json = json;
    }

    /** @param channels of the finest level */
    UNetEmbedding embedding(int channels) {
        json.choice("time_embedding_type", "positional", List.of("positional"));
        UNetEmbedding.Time time = new UNetEmbedding.Time(
                json.integer("time_embedding_dim", 4 * channels), json.integer("freq_shift", 0),
                json.flag("flip_sin_to_cos", true), activation(json, "timestep_post_act", Activation.NONE),
                activation(json, "time_embedding_act_fn", Activation.NONE),
                json.has("time_cond_proj_dim") ? json.integer("time_cond_proj_dim", 0, 1, Integer.MAX_VALUE) : 0);
        UNetEmbedding embedding = new UNetEmbedding(time, classes(), addition());
        json.has(VECTOR); // known, though without meaning where nothing is projected
        json.has("num_class_embeds");
        json.has("addition_time_embed_dim");
        json.has("addition_embed_type_num_heads");
        return embedding;
    }

    private ClassCondition classes() {
        if (!json.has("class_embed_type")) {
            return json.has("num_class_embeds")
                    ? new ClassCondition.Labels(json.integer("num_class_embeds", 0)) : new ClassCondition.None();
        }
        List<String> types = List.of("timestep", "identity", "projection", "simple_projection");
        return switch (json.choice("class_embed_type", null, types)) {
            case "timestep" -> new ClassCondition.Timestep();
            case "identity" -> new ClassCondition.Identity();
            case "projection" -> new ClassCondition.Projection(required(VECTOR));
            default -> new ClassCondition.SimpleProjection(required(VECTOR));
        };
    }

    private Addition addition() {
        if (!json.has("addition_embed_type")) {
            return new Addition.None();
        }
        return json.choice("addition_embed_type", null, List.of("text", "text_time")).equals("text")
                ? new Addition.Text(json.integer("addition_embed_type_num_heads", 64))
                : new Addition.TextTime(required("addition_time_embed_dim"), required(VECTOR));
    }

    private int required(String key) {
        if (!json.has(key)) {
            throw json.refuse(key, "a number");
        }
        return json.integer(key, 0);
    }

    /** @param none what an absent key stands for */
    static Activation activation(ConfigReader json, String key, Activation none) {
        if (!json.has(key)) {
            return none;
        }
        return json.choice(key, null, List.of("silu", "swish", "gelu")).equals("gelu") ? Activation.GELU : Activation.SILU;
    }
}
