package io.bootdistill.network;

import java.util.ArrayList;
import java.util.List;

/**
 * A residual multilayer perceptron on vectors (images of one pixel): the smallest network that a signal can be learnt with.
 * Each layer is h + W₂·SiLU(W₁·h + time).
 *
 * @param channels values of a vector, at least 1
 * @param width hidden channels, an even number of at least 4
 * @param layers residual layers, at least 1
 * @param labels number of class labels; 0 for none
 * @param extras further scalar inputs
 */
public record Mlp(int channels, int width, int layers, int labels, List<String> extras) implements Network {

    /** A network without further scalar inputs. */
    public Mlp(int channels, int width, int layers, int labels) {
        this(channels, width, layers, labels, List.of());
    }

    public Mlp {
        extras = List.copyOf(extras);
        if (channels < 1 || width < 4 || width % 2 != 0 || layers < 1 || labels < 0) {
            throw new IllegalArgumentException("channels is " + channels + ", width " + width + ", layers " + layers
                    + ", labels " + labels + "; must be at least 1, an even 4, 1 and 0");
        }
    }

    @Override
    public ImageShape input() {
        return new ImageShape(channels, 1, 1);
    }

    @Override
    public int outputChannels() {
        return channels;
    }

    @Override
    public List<String> scalars() {
        List<String> scalars = new ArrayList<>(List.of("t"));
        scalars.addAll(extras);
        return scalars;
    }

    @Override
    public Mlp withScalar(String name) {
        List<String> more = new ArrayList<>(extras);
        more.add(name);
        return new Mlp(channels, width, layers, labels, more);
    }

    @Override
    public ConditionShape condition() {
        return labels == 0 ? new ConditionShape.None() : new ConditionShape.Label(labels);
    }

    @Override
    public Value describe(GraphBuilder graph) {
        Value e = graph.linear("time", embedding(graph, "t"), width, null);
        if (labels > 0) {
            e = graph.embedding("label", e, graph.condition(), labels);
        }
        for (String extra : extras) {
            e = graph.zeroLinear(extra, embedding(graph, extra), width, e);
        }
        e = graph.silu(e);
        Value h = graph.linear("in", graph.x(), width, null);
        for (int i = 0; i < layers; i++) {
            Value shift = graph.linear("layers." + i + ".time", e, width, null);
            Value hidden = graph.silu(graph.linear("layers." + i + ".linear_1", h, width, shift));
            h = graph.linear("layers." + i + ".linear_2", hidden, width, h);
        }
        return graph.linear("out", graph.silu(h), channels, null);
    }

    private Value embedding(GraphBuilder graph, String scalar) {
        return graph.timeEmbedding(graph.scalar(scalar), Frequencies.positional(width / 2, 0), true);
    }
}
