package io.bootdistill.network;

import java.util.Arrays;

/**
 * One named tensor of a checkpoint and where its elements lie in the flat parameter buffer: element (i₀, i₁, …) at
 * {@code offset + Σ iₖ·strides[k]}. So a fused matrix keeps the names of its parts, and a convolution's
 * [out][in][3][3] becomes [3][3][in][out].
 *
 * @param initial how a fresh network starts
 * @param fanIn inputs of one output, for {@link Initial#UNIFORM}
 */
public record Parameter(String name, int[] shape, long offset, long[] strides, Initial initial, int fanIn) {

    /** Start values. */
    public enum Initial {
        /** Uniform in ±1/√fanIn. */
        UNIFORM,
        /** Standard normal. */
        NORMAL,
        ONE,
        ZERO
    }

    /** Whether a fresh network starts with zeros. */
    public boolean beginsAtZero() {
        return initial == Initial.ZERO;
    }

    /** Number of elements. */
    public int size() {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }
}
