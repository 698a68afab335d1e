package io.bootdistill.network;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a network is conditioned on. */
public sealed interface ConditionShape {

    /** Nothing. */
    record None() implements ConditionShape {}

    /** One of {@code count} labels, 0 … count − 1. */
    record Label(int count) implements ConditionShape {

        public Label {
            requirePositive("label count", count);
        }
    }

    /** A vector of {@code length} values. */
    record Vector(int length) implements ConditionShape {

        public Vector {
            requirePositive("vector length", length);
        }
    }

    /**
     * A sequence of {@code length} tokens with {@code channels} values each.
     *
     * @param masked whether a mask over the tokens follows them: {@code length} values that are added to the scores of attention,
     *     0 for a token that counts, −∞ for one that does not
     */
    record Tokens(int length, int channels, boolean masked) implements ConditionShape {

        public Tokens {
            requirePositive("token count", length);
            requirePositive("token channels", channels);
        }
    }

    /** An image beside the input, [pixel][channel]: a smaller one, or what is to stay of it. */
    record Image(ImageShape shape) implements ConditionShape {}

    /**
     * Several conditions, one after another in the floats of a sample.
     *
     * @param parts at least one, of different names
     */
    record Parts(List<Part> parts) implements ConditionShape {

        public Parts {
            parts = List.copyOf(parts);
            if (parts.isEmpty() || parts.stream().map(Part::name).distinct().count() < parts.size()) {
                throw new IllegalArgumentException("parts are " + parts + ", must be at least one, of different names");
            }
        }

        /** The part of a name, or null. */
        public @Nullable Part part(String name) {
            return parts.stream().filter(part -> part.name.equals(name)).findFirst().orElse(null);
        }

        /** Where the floats of a part begin among a sample's; all of them where there is no such part. */
        public int offset(String name) {
            int at = 0;
            for (Part part : parts) {
                if (part.name.equals(name)) {
                    return at;
                }
                at += part.shape.floats();
            }
            return at;
        }
    }

    /**
     * A condition among others.
     *
     * @param name by which the network asks for it
     * @param shape neither {@link None} nor {@link Parts}
     */
    record Part(String name, ConditionShape shape) {

        public Part {
            if (shape instanceof None || shape instanceof Parts) {
                throw new IllegalArgumentException("part " + name + " is " + shape + ", must be a condition of its own");
            }
        }
    }

    /** Floats per sample: 0, 1, the vector's length, those of all tokens and their mask, of the image, or of all parts. */
    default int floats() {
        if (this instanceof Label) {
            return 1;
        }
        if (this instanceof Vector vector) {
            return vector.length();
        }
        if (this instanceof Tokens tokens) {
            return tokens.length() * (tokens.channels() + (tokens.masked() ? 1 : 0));
        }
        if (this instanceof Image image) {
            return image.shape().size();
        }
        return this instanceof Parts parts ? parts.parts().stream().mapToInt(part -> part.shape().floats()).sum() : 0;
    }

    /** The inputs of a network that stand for it, see {@link Plan#input}, in the order of its floats. */
    default List<Input> inputs() {
        List<Input> inputs = new ArrayList<>();
        if (this instanceof Parts parts) {
            parts.parts().forEach(part -> add(inputs, part.name(), InputNames.mask(part.name()), part.shape()));
        } else if (floats() > 0) {
            add(inputs, InputNames.CONDITION, InputNames.MASK, this);
        }
        return inputs;
    }

    /** An input of a network, and its floats per sample. */
    record Input(String name, int floats) {}

    private static void add(List<Input> inputs, String name, String mask, ConditionShape shape) {
        int floats = shape instanceof Tokens tokens ? tokens.length() * tokens.channels() : shape.floats();
        inputs.add(new Input(name, floats));
        if (shape.floats() > floats) {
            inputs.add(new Input(mask, shape.floats() - floats));
        }
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least 1");
        }
    }
}
