package io.bootdistill.internal.sampling;

import io.bootdistill.network.ImageShape;

/**
 * How many samples a worker takes through a network at once where it only draws: more are hardly faster, and the values within the
 * network grow with them. What is drawn does not depend on it.
 */
public final class SampleBlock {

    private static final int MOST = 8;

    /** Values of all of them at most. */
    private static final int VALUES = 1 << 14;

    private SampleBlock() {}

    /** 1 … 8. */
    public static int of(ImageShape shape) {
        return Math.max(1, Math.min(MOST, VALUES / shape.size()));
    }
}
