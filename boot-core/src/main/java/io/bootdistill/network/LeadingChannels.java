package io.bootdistill.network;

import java.util.List;

/**
 * A network of which only the first channels of the output are looked at: a prediction without the variance that was learnt beside
 * it. It has the parameters of the whole, in the same place; those of the other channels alone have the gradient zero.
 *
 * @param whole the network
 * @param channels fewer than it has, at least 1
 */
public record LeadingChannels(Network whole, int channels) implements Network {

    /** @throws IllegalArgumentException if the channels are out of range */
    public LeadingChannels {
        if (channels < 1 || channels >= whole.outputChannels()) {
            throw new IllegalArgumentException("channels is " + channels + ", must be 1 … " + (whole.outputChannels() - 1));
        }
    }

    /** A network with so many channels of its output: itself where these are all. */
    public static Network of(Network network, int channels) {
        return channels == network.outputChannels() ? network : new LeadingChannels(network, channels);
    }

    @Override
    public ImageShape input() {
        return whole.input();
    }

    @Override
    public int outputChannels() {
        return channels;
    }

    @Override
    public ImageShape output() {
        return new ImageShape(channels, whole.output().height(), whole.output().width());
    }

    @Override
    public List<String> scalars() {
        return whole.scalars();
    }

    @Override
    public LeadingChannels withScalar(String name) {
        return new LeadingChannels(whole.withScalar(name), channels);
    }

    @Override
    public List<TimeLayers> timeLayers() {
        return whole.timeLayers();
    }

    @Override
    public ConditionShape condition() {
        return whole.condition();
    }

    @Override
    public Value describe(GraphBuilder graph) {
        return graph.leading(whole.describe(graph), channels);
    }
}
