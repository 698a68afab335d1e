package io.bootdistill.network.unet;

import io.bootdistill.device.Activation;
import io.bootdistill.network.Frequencies;
import io.bootdistill.network.GraphBuilder;
import io.bootdistill.network.TransformerLayers;
import io.bootdistill.network.UNet;
import io.bootdistill.network.Value;
import io.bootdistill.network.unet.UNetEmbedding.Addition;
import io.bootdistill.network.unet.UNetEmbedding.ClassCondition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The embedding of a {@link ConditionalUNet}: one row per sample that tells each residual block all but x and the tokens. */
final class UNetEmbeddingLayers {

    private static final float TEXT_EPSILON = 1e-5f;

    private final GraphBuilder graph;
    private final UNetEmbedding config;
    private final Activation activation;
    private final int firstChannels;
    private final List<String> extras;

    /** @param extras further scalar inputs */
    UNetEmbeddingLayers(GraphBuilder graph, ConditionalUNetConfig config, List<String> extras) {
        this.extras = extras;
        this.graph = graph;
        this.config = config.embedding();
        this.activation = config.residual().activation();
        this.firstChannels = config.firstChannels();
    }

    /**
     * The embedding.
     *
     * @param guidance the guidance scale; null where the configuration has none
     * @param classes the class; null where the configuration has none
     * @param text the tokens as the encoder gives them
     * @param pooled the text's pooled vector; null where the configuration has none
     * @param ids what goes with it
     */
    Value sum(
            Value time, @Nullable Value guidance, @Nullable Value classes, Value text, @Nullable Value pooled,
            @Nullable Value ids) {
        Value s = sinusoid(time, firstChannels);
        if (guidance != null) {
            s = graph.transformer().zeroUnbiased("time_embedding.cond_proj", guidance(guidance), firstChannels, s);
        }
        Value e = activated(config.time().postActivation(), layers("time_embedding", s, activation, null));
        e = withExtras(withClass(e, classes));
        if (config.addition() instanceof Addition.Text addition) {
            e = graph.add(e, pooledText(text, addition.heads()));
        } else if (config.addition() instanceof Addition.TextTime addition) {
            Value times = sinusoid(ids, addition.timeChannels());
            Value row = graph.tokens().reshape(times, 1, 1, Addition.TextTime.IDS * addition.timeChannels());
            e = layers("add_embedding", graph.concat(pooled, row), Activation.SILU, e);
        }
        return activated(config.time().sumActivation(), e);
    }

    private Value withClass(Value e, @Nullable Value given) {
        String name = "class_embedding";
        int channels = config.time().channels();
        if (config.classes() instanceof ClassCondition.Labels labels) {
            return graph.embedding(name, e, given, labels.count());
        }
        if (config.classes() instanceof ClassCondition.Timestep) {
            return layers(name, sinusoid(given, firstChannels), activation, e);
        }
        if (config.classes() instanceof ClassCondition.Identity) {
            return graph.add(e, given);
        }
        if (config.classes() instanceof ClassCondition.Projection) {
            return layers(name, given, Activation.SILU, e);
        }
        return config.classes() instanceof ClassCondition.SimpleProjection ? graph.linear(name, given, channels, e) : e;
    }

    private Value withExtras(Value e) {
        for (String extra : extras) {
            String name = UNet.embeddingName(extra);
            Value hidden = graph.silu(graph.linear(
                    name + ".linear_1", sinusoid(graph.scalar(extra), firstChannels), config.time().channels(), null));
            e = graph.zeroLinear(name + ".linear_2", hidden, config.time().channels(), e);
        }
        return e;
    }

    private Value sinusoid(Value scalars, int channels) {
        float[] frequencies = Frequencies.positional(channels / 2, config.time().freqShift());
        return graph.timeEmbedding(scalars, frequencies, config.time().flipSinToCos());
    }

    /** The stock pipelines' embedding of a guidance scale w: of 1000·(w − 1), sines first. */
    private Value guidance(Value scale) {
        int half = config.time().guidanceChannels() / 2;
        float step = (float) Math.log(10000) / (half - 1); // rounded as there
        float[] frequencies = new float[half];
        for (int i = 0; i < half; i++) {
            frequencies[i] = (float) Math.exp(i * -step);
        }
        return graph.timeEmbedding(graph.affine(graph.affine(scale, 1, -1), 1000, 0), frequencies, false);
    }

    /** Two linear layers with an activation between them; {@code residual} may be null. */
    private Value layers(String name, Value x, Activation between, @Nullable Value residual) {
        int channels = config.time().channels();
        Value hidden = graph.transformer().activation(between, graph.linear(name + ".linear_1", x, channels, null));
        return graph.linear(name + ".linear_2", hidden, channels, residual);
    }

    /** The tokens pooled by the attention of their mean. */
    private Value pooledText(Value text, int heads) {
        TransformerLayers layers = graph.transformer();
        Value tokens = layers.layerNorm("add_embedding.norm1", text, TEXT_EPSILON);
        Value mean = graph.tokens().addRows("add_embedding.pool.positional_embedding", layers.meanRows(tokens));
        int channels = text.channels();
        Value kv = graph.linears(
                List.of("add_embedding.pool.k_proj", "add_embedding.pool.v_proj"), new int[] {channels, channels},
                graph.tokens().join(mean, tokens));
        Value q = graph.linear("add_embedding.pool.q_proj", mean, channels, null);
        Value pooled = graph.attention(
                q, graph.columns(kv, 0, channels), graph.columns(kv, channels, channels), null, heads);
        return layers.layerNorm(
                "add_embedding.norm2", graph.linear("add_embedding.proj", pooled, config.time().channels(), null), TEXT_EPSILON);
    }

    private Value activated(Activation f, Value x) {
        return f == Activation.NONE ? x : graph.transformer().activation(f, x);
    }
}
