package io.bootdistill.device;

import org.jspecify.annotations.Nullable;

/** Group normalisation and SiLU: a family of {@link Kernels}. */
public interface NormalisationKernels {

    /**
     * x̂ = (x − mean)/√(variance + ε) per sample and group, z = x̂·gamma + beta, then z·(1 + scale) + shift where scale and
     * shift are given, then SiLU where the shape says so. Writes the statistics, too.
     */
    void groupNormForward(int n, GroupNorm norm, GroupNorm.Operands operands, Tensor y);

    /** Backward of {@link #groupNormForward}, which is recomputed from x and the statistics. */
    void groupNormBackward(
            int n, GroupNorm norm, GroupNorm.Operands operands, GroupNorm.Gradients gradients, Slice dGamma, Slice dBeta,
            boolean accumulate);

    /**
     * Forward mode of {@link #groupNormForward}: the derivative of y along the tangents of x, scale and shift. It is recomputed
     * from x and the statistics.
     */
    void groupNormTangent(int n, GroupNorm norm, GroupNorm.Operands operands, GroupNorm.Tangents tangents);

    /** {@code y = x·sigmoid(x)}. */
    void siluForward(long rows, Tensor x, Tensor y);

    /** {@code dx = base + dy·silu'(x)}; with a tangent for dy, its forward mode. */
    void siluBackward(long rows, Tensor x, Tensor dy, @Nullable Tensor base, Tensor dx);
}
