package io.bootdistill.network.unet;

import io.bootdistill.device.Activation;
import io.bootdistill.network.GraphBuilder;
import io.bootdistill.network.TransformerLayers;
import io.bootdistill.network.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The two ways in which the pixels of a {@link ConditionalUNet} see the text. */
final class TextAttentionLayers {

    /** Epsilons that are constants of the format, whatever its {@code norm_eps}. */
    private static final float TRANSFORMER_EPSILON = 1e-6f;

    private static final float EPSILON = 1e-5f;

    private final GraphBuilder graph;
    private final ConditionalUNetConfig.Attention config;
    private final int groups;
    private final Value text;
    private final @Nullable Value mask;

    /**
     * @param groups of the normalisations of images
     * @param mask over the tokens; may be null
     */
    TextAttentionLayers(
            GraphBuilder graph, ConditionalUNetConfig.Attention config, int groups, Value text, @Nullable Value mask) {
        this.graph = graph;
        this.config = config;
        this.groups = groups;
        this.text = text;
        this.mask = mask;
    }

    /** A transformer whose tokens are the pixels, added to x: {@code depth} blocks between two linear layers. */
    Value transformer(String name, Value x, int heads, int depth, boolean onlyText) {
        Value h = graph.groupNorm(name + ".norm", x, groups, TRANSFORMER_EPSILON, Activation.NONE, null, null);
        h = projection(name + ".proj_in", h, null);
        for (int k = 0; k < depth; k++) {
            h = block(name + ".transformer_blocks." + k, h, heads, onlyText);
        }
        return projection(name + ".proj_out", h, x);
    }

    /** The same arithmetic, stored in two ways. */
    private Value projection(String name, Value x, @Nullable Value residual) {
        return config.linearProjection()
                ? graph.linear(name, x, x.channels(), residual) : graph.pointwise(name, x, x.channels(), residual);
    }

    /**
     * Attention to the pixels, to the text, and two layers with GEGLU, each after a normalisation and added to its input.
     *
     * @param onlyText whether the first attention is to the text, too, which the format does not mask there
     */
    private Value block(String name, Value x, int heads, boolean onlyText) {
        TransformerLayers layers = graph.transformer();
        Value h = layers.layerNorm(name + ".norm1", x, EPSILON);
        x = onlyText ? toText(name + ".attn1", h, heads, null, x) : toPixels(name + ".attn1", h, heads, x);
        x = toText(name + ".attn2", layers.layerNorm(name + ".norm2", x, EPSILON), heads, mask, x);
        h = graph.linear(name + ".ff.net.0.proj", layers.layerNorm(name + ".norm3", x, EPSILON), 8 * x.channels(), null);
        return graph.linear(name + ".ff.net.2", layers.geglu(h), x.channels(), x);
    }

    private Value toPixels(String name, Value h, int heads, Value residual) {
        int c = h.channels();
        Value qkv = graph.transformer().unbiased(
                List.of(name + ".to_q", name + ".to_k", name + ".to_v"), new int[] {c, c, c}, h);
        Value o = graph.attention(
                graph.columns(qkv, 0, c), graph.columns(qkv, c, c), graph.columns(qkv, 2 * c, c), null, heads);
        return graph.linear(name + ".to_out.0", o, c, residual);
    }

    private Value toText(String name, Value h, int heads, @Nullable Value mask, Value residual) {
        int c = h.channels();
        Value q = graph.transformer().unbiased(name + ".to_q", h, c, null);
        Value kv = graph.transformer().unbiased(List.of(name + ".to_k", name + ".to_v"), new int[] {c, c}, text);
        Value o = graph.attention(q, graph.columns(kv, 0, c), graph.columns(kv, c, c), mask, heads);
        return graph.linear(name + ".to_out.0", o, c, residual);
    }

    /** One attention to text and pixels, the rows of the text first, added to x. */
    Value simple(String name, Value x, int headSize, boolean onlyText) {
        int c = x.channels();
        Value tokens = config.normalisedText()
                ? graph.groupNorm(name + ".norm_cross", text, ConditionalUNetConfig.TEXT_GROUPS, EPSILON, Activation.NONE, null, null)
                : text;
        Value h = graph.groupNorm(name + ".group_norm", x, groups, EPSILON, Activation.NONE, null, null);
        Value added = graph.linears(List.of(name + ".add_k_proj", name + ".add_v_proj"), new int[] {c, c}, tokens);
        Value k = graph.columns(added, 0, c);
        Value v = graph.columns(added, c, c);
        Value q;
        if (onlyText) {
            q = graph.linear(name + ".to_q", h, c, null);
        } else {
            Value qkv = graph.linears(List.of(name + ".to_q", name + ".to_k", name + ".to_v"), new int[] {c, c, c}, h);
            q = graph.columns(qkv, 0, c);
            k = graph.tokens().join(k, graph.columns(qkv, c, c));
            v = graph.tokens().join(v, graph.columns(qkv, 2 * c, c));
        }
        return graph.linear(name + ".to_out.0", graph.attention(q, k, v, null, c / headSize), c, x);
    }
}
