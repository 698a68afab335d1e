package io.bootdistill.network;

/** How the inputs of a graph are named, besides its scalars and the parts of its condition. */
final class InputNames {

    /** The input x. */
    static final String X = "x";

    /** A condition without parts. */
    static final String CONDITION = "condition";

    /** The mask over its tokens. */
    static final String MASK = "mask";

    private InputNames() {}

    /** The mask over the tokens of a part. */
    static String mask(String part) {
        return part + "." + MASK;
    }
}
