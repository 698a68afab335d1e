package io.bootdistill.network.text;

import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.GraphBuilder;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Network;
import io.bootdistill.network.TokenLayers;
import io.bootdistill.network.TransformerLayers;
import io.bootdistill.network.Value;
import java.util.List;
import java.util.Set;

/**
 * The text encoder of CLIP: numbers of tokens, as many as it has positions, to a state of each. Every token sees those before it,
 * whether they belong to the prompt or fill it up. Parameter names are those of the transformers format, without the prefix
 * {@code text_model.}: see {@link #tensor}.
 *
 * <p>Layers that no output depends on are left out, and with them their parameters.
 *
 * @param skipped the last layers that the states leave out, 0 … {@code numHiddenLayers}
 * @param normed whether the final norm follows
 * @param pooled whether {@link #POOLED} is made, too; not with the normed states of an earlier layer
 */
public record ClipText(ClipTextConfig config, int skipped, boolean normed, boolean pooled) implements Network {

    /**
     * Name of the further output: the normed states of the last layer, projected where the model has a projection. That of {@link
     * ClipTextConfig#pooledToken} stands for the prompt; a gradient is zero for all others.
     */
    public static final String POOLED = "pooled";

    private static final String PREFIX = "text_model.";

    /** @throws IllegalArgumentException naming what is out of range */
    public ClipText {
        if (skipped < 0 || skipped > config.numHiddenLayers()) {
            throw new IllegalArgumentException("skipped is " + skipped + ", must be 0 … " + config.numHiddenLayers());
        }
        if (pooled && normed && skipped > 0) {
            throw new IllegalArgumentException(
                    "skipped is " + skipped + ", must be 0 where states are normed and pooled: there is one final norm");
        }
    }

    /** The encoder whose states are those of the last layer, normed: what Stable Diffusion reads. */
    public ClipText(ClipTextConfig config) {
        this(config, 0, true, false);
    }

    /**
     * The name of a parameter in a file: with the prefix {@code text_model.} where the file has it.
     *
     * @param stored the names in the file; {@code embeddings.position_ids} among them, with or without prefix, is of no meaning
     */
    public static String tensor(String parameter, Set<String> stored) {
        return stored.contains(PREFIX + parameter) ? PREFIX + parameter : parameter;
    }

    /** The numbers, one per pixel of one row. */
    @Override
    public ImageShape input() {
        return new ImageShape(1, 1, config.maxPositionEmbeddings());
    }

    @Override
    public int outputChannels() {
        return config.hiddenSize();
    }

    @Override
    public List<String> scalars() {
        return List.of();
    }

    @Override
    public ConditionShape condition() {
        return new ConditionShape.None();
    }

    @Override
    public Value describe(GraphBuilder graph) {
        TransformerLayers layers = graph.transformer();
        TokenLayers tokens = graph.tokens();
        Value h = tokens.embedding("embeddings.token_embedding", graph.x(), config.vocabSize(), config.hiddenSize());
        h = tokens.positions("embeddings.position_embedding", h);
        int read = config.numHiddenLayers() - skipped;
        for (int i = 0; i < read; i++) {
            h = layer(graph, "encoder.layers." + i, h);
        }
        Value states = normed ? layers.layerNorm("final_layer_norm", h, config.layerNormEps()) : h;
        if (pooled) {
            for (int i = read; i < config.numHiddenLayers(); i++) {
                h = layer(graph, "encoder.layers." + i, h);
            }
            Value last = normed ? states : layers.layerNorm("final_layer_norm", h, config.layerNormEps());
            graph.output(POOLED, config.projectionDim() == 0 ? last
                    : layers.unbiased("text_projection", last, config.projectionDim(), null));
        }
        return states;
    }

    private Value layer(GraphBuilder graph, String name, Value x) {
        int d = config.hiddenSize();
        String attention = name + ".self_attn.";
        Value h = graph.transformer().layerNorm(name + ".layer_norm1", x, config.layerNormEps());
        Value qkv = graph.linears(
                List.of(attention + "q_proj", attention + "k_proj", attention + "v_proj"), new int[] {d, d, d}, h);
        h = graph.tokens().causalAttention(
                graph.columns(qkv, 0, d), graph.columns(qkv, d, d), graph.columns(qkv, 2 * d, d), null,
                config.numAttentionHeads());
        Value y = graph.linear(attention + "out_proj", h, d, x);
        h = graph.transformer().layerNorm(name + ".layer_norm2", y, config.layerNormEps());
        h = graph.linear(name + ".mlp.fc1", h, config.intermediateSize(), null);
        h = graph.transformer().activation(config.hiddenAct(), h);
        return graph.linear(name + ".mlp.fc2", h, d, y);
    }
}
