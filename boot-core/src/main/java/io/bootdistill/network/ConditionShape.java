package io.bootdistill.network;

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

    /** A sequence of up to {@code length} tokens with {@code channels} values each, and a mask over the tokens. */
    record Tokens(int length, int channels) implements ConditionShape {

        public Tokens {
            requirePositive("token count", length);
            requirePositive("token channels", channels);
        }
    }

    /** Floats per sample: 0, 1, the vector's length, or those of all tokens. */
    default int floats() {
        if (this instanceof Label) {
            return 1;
        }
        if (this instanceof Vector vector) {
            return vector.length();
        }
        if (this instanceof Tokens tokens) {
            return tokens.length() * tokens.channels();
        }
        return 0;
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least 1");
        }
    }
}
