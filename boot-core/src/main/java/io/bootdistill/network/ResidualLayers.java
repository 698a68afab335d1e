package io.bootdistill.network;

import io.bootdistill.device.Activation;
import org.jspecify.annotations.Nullable;

/**
 * The residual blocks of the diffusers format: conv2(f(norm2(conv1(f(norm1(x)))))) + x, with a 1×1 shortcut for x where the
 * channels change.
 *
 * @param groups of both normalisations
 * @param epsilon of both normalisations
 * @param f the activation
 */
public record ResidualLayers(GraphBuilder graph, int groups, float epsilon, Activation f) {

    /** What a block does to the resolution, before its first convolution and in its shortcut. */
    public enum Resample {
        NONE,
        /** Halved by the mean of 2×2 pixels. */
        DOWN,
        /** Doubled, each pixel being repeated. */
        UP
    }

    /**
     * Adds a block.
     *
     * @param scale one row per sample: what norm2 gives becomes z·(1 + scale) + shift; null where nothing scales
     * @param shift one row per sample, added to what conv1 gives where the scale is null; may be null with it
     */
    public Value block(
            String name, Value x, int out, Resample resample, @Nullable Value scale, @Nullable Value shift) {
        Value h = norm(name + ".norm1", x, null, null);
        Value shortcut = x;
        if (resample == Resample.UP) {
            shortcut = graph.upsample(x);
        } else if (resample == Resample.DOWN) {
            h = graph.downsample(h);
            shortcut = graph.downsample(x);
        }
        if (x.channels != out) {
            shortcut = graph.pointwise(name + ".conv_shortcut", shortcut, out);
        }
        Value added = scale == null ? shift : null;
        h = resample == Resample.UP
                ? graph.upsampledConv(name + ".conv1", h, out, added)
                : graph.conv(name + ".conv1", h, out, 1, 1, added, null);
        h = norm(name + ".norm2", h, scale, scale == null ? null : shift);
        return graph.conv(name + ".conv2", h, out, 1, 1, null, shortcut);
    }

    private Value norm(String name, Value x, @Nullable Value scale, @Nullable Value shift) {
        return graph.groupNorm(name, x, groups, epsilon, f, scale, shift);
    }
}
