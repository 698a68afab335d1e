package io.bootdistill.network.dit;

import io.bootdistill.device.Activation;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Frequencies;
import io.bootdistill.network.GraphBuilder;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Network;
import io.bootdistill.network.TimeLayers;
import io.bootdistill.network.UNet;
import io.bootdistill.network.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The diffusion transformer of the diffusers format ({@code DiTTransformer2DModel}; Peebles and Xie, 2023): patches as tokens,
 * blocks of attention and an MLP whose norms are shifted, scaled and gated by time and class (adaLN-Zero). Parameter names are
 * the format's. Input {@code t} is the real-valued index of the time step; the condition is a label, {@link DitConfig#nullLabel}
 * for no class.
 *
 * <p>Each block embeds time and class with parameters of its own, as the files have them; those of the first block serve the
 * output, too.
 *
 * @param extras further scalar inputs, which the format does not have: each is embedded like the time, into parameters named
 *     after it, and added to the embedding of every block
 */
public record Dit(DitConfig config, List<String> extras) implements Network {

    private static final int SINUSOID = 256;
    private static final float EPSILON = 1e-6f;

    public Dit {
        extras = List.copyOf(extras);
    }

    /** A network of the format. */
    public Dit(DitConfig config) {
        this(config, List.of());
    }

    @Override
    public ImageShape input() {
        return new ImageShape(config.inChannels(), config.sampleSize(), config.sampleSize());
    }

    @Override
    public int outputChannels() {
        return config.outChannels();
    }

    @Override
    public List<String> scalars() {
        List<String> scalars = new ArrayList<>(List.of("t"));
        scalars.addAll(extras);
        return scalars;
    }

    @Override
    public Dit withScalar(String name) {
        List<String> more = new ArrayList<>(extras);
        more.add(name);
        return new Dit(config, more);
    }

    @Override
    public List<TimeLayers> timeLayers() {
        return IntStream.range(0, config.numLayers())
                .mapToObj(block -> new TimeLayers("transformer_blocks." + block + ".norm1.emb.timestep_embedder", Activation.SILU,
                        t -> Frequencies.embedding((float) t, SINUSOID / 2, 1, true)))
                .toList();
    }

    @Override
    public ConditionShape condition() {
        return new ConditionShape.Label(config.numEmbedsAdaNorm() + 1);
    }

    @Override
    public Value describe(GraphBuilder graph) {
        int channels = config.channels();
        Value x = graph.tokens().patchEmbedding("pos_embed.proj", graph.x(), config.patchSize(), channels);
        x = graph.tokens().addRows(x, Positions.sinCos(config.sampleSize() / config.patchSize(), channels));
        Value time = sinusoid(graph, "t");
        Value added = extraEmbedding(graph);
        Value first = embedding(graph, 0, time, added);
        for (int i = 0; i < config.numLayers(); i++) {
            x = block(graph, "transformer_blocks." + i, x, i == 0 ? first : embedding(graph, i, time, added));
        }
        List<Value> shiftAndScale = parts(graph, graph.linear("proj_out_1", first, 2 * channels, null), 2);
        x = graph.transformer().modulatedNorm(x, EPSILON, shiftAndScale.get(1), shiftAndScale.get(0));
        int patch = config.patchSize() * config.patchSize() * config.outChannels();
        return graph.tokens().unpatchify(graph.linear("proj_out_2", x, patch, null), config.patchSize(), false);
    }

    /** Attention among the tokens, then the MLP of each: what they add is gated. */
    private Value block(GraphBuilder graph, String name, Value x, Value embedding) {
        int channels = config.channels();
        List<Value> m = parts(graph, graph.linear(name + ".norm1.linear", embedding, 6 * channels, null), 6);
        Value h = graph.transformer().modulatedNorm(x, EPSILON, m.get(1), m.get(0));
        String attention = name + ".attn1.";
        List<Value> qkv = parts(graph, graph.linears(
                List.of(attention + "to_q", attention + "to_k", attention + "to_v"),
                new int[] {channels, channels, channels}, h), 3);
        h = graph.attention(qkv.get(0), qkv.get(1), qkv.get(2), null, config.numAttentionHeads());
        x = graph.transformer().gate(graph.linear(attention + "to_out.0", h, channels, null), m.get(2), x);
        h = graph.transformer().modulatedNorm(x, config.normEps(), m.get(4), m.get(3));
        h = graph.transformer().activation(
                config.activation(), graph.linear(name + ".ff.net.0.proj", h, 4 * channels, null));
        return graph.transformer().gate(graph.linear(name + ".ff.net.2", h, channels, null), m.get(5), x);
    }

    /** The embedding of time, further scalars and class that a block is told, activated. */
    private Value embedding(GraphBuilder graph, int block, Value time, @Nullable Value added) {
        String name = "transformer_blocks." + block + ".norm1.emb.";
        Value hidden = graph.silu(graph.linear(name + "timestep_embedder.linear_1", time, config.channels(), null));
        Value e = graph.linear(name + "timestep_embedder.linear_2", hidden, config.channels(), added);
        return graph.silu(graph.embedding(
                name + "class_embedder.embedding_table", e, graph.condition(), config.numEmbedsAdaNorm() + 1));
    }

    /** The sum of the embeddings of further scalars; null without any. */
    private @Nullable Value extraEmbedding(GraphBuilder graph) {
        Value sum = null;
        for (String extra : extras) {
            String name = UNet.embeddingName(extra);
            Value hidden = graph.silu(graph.linear(name + ".linear_1", sinusoid(graph, extra), config.channels(), null));
            sum = graph.zeroLinear(name + ".linear_2", hidden, config.channels(), sum);
        }
        return sum;
    }

    private static Value sinusoid(GraphBuilder graph, String scalar) {
        return graph.timeEmbedding(graph.scalar(scalar), Frequencies.positional(SINUSOID / 2, 1), true);
    }

    /** The columns of a value in equal parts. */
    private static List<Value> parts(GraphBuilder graph, Value x, int count) {
        int width = x.channels() / count;
        return IntStream.range(0, count).mapToObj(i -> graph.columns(x, i * width, width)).toList();
    }
}
