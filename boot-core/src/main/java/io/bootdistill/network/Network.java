package io.bootdistill.network;

import java.util.List;

/**
 * The specification of a network F(x, scalars, condition): images to images, of the same height and width unless
 * {@link #output} says otherwise. Immutable.
 *
 * <p>A network is pure structure: parameters live in a {@link Model}, activations in a {@link Plan}.
 */
public interface Network {

    /** Shape of x. */
    ImageShape input();

    /** Channels of the output. */
    int outputChannels();

    /** Shape of the output. */
    default ImageShape output() {
        return new ImageShape(outputChannels(), input().height(), input().width());
    }

    /** Names of the scalar inputs, one value per sample each; the first is the time {@code t}. */
    List<String> scalars();

    /**
     * The same network with one more scalar input, whose embedding starts at zero: a fresh network's output does not depend on
     * it.
     *
     * @throws UnsupportedOperationException if the network has no such form
     */
    default Network withScalar(String name) {
        throw new UnsupportedOperationException(this + " has no form with the scalar input " + name);
    }

    /** The same network with those of these scalar inputs that it has not. */
    default Network withScalars(List<String> names) {
        Network made = this;
        for (String name : names) {
            made = made.scalars().contains(name) ? made : made.withScalar(name);
        }
        return made;
    }

    /** Where the time enters; empty where it does so in another way. Several layers where each of its blocks has some. */
    default List<TimeLayers> timeLayers() {
        return List.of();
    }

    /** What the network is conditioned on. */
    ConditionShape condition();

    /** Describes the computation; returns the output. Called once per {@link Graph}. */
    Value describe(GraphBuilder graph);
}
