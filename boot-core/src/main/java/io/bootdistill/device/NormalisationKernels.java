package io.bootdistill.device;

import org.jspecify.annotations.Nullable;

/** Normalisation of groups of channels, and of rows: a family of {@link Kernels}. */
public interface NormalisationKernels {

    /**
     * x̂ = (x − mean)/√(variance + ε) per sample and group, z = x̂·gamma + beta, then z·(1 + scale) + shift where scale and
     * shift are given, then the activation of the shape. Writes the statistics, too; y may be x.
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

    /**
     * x̂ = (x − mean)/√(variance + ε) per row, z = x̂·gamma + beta where these are given, then z·(1 + scale) + shift where
     * those are. Writes the statistics, too.
     */
    default void layerNormForward(int n, LayerNorm norm, LayerNorm.Operands operands, Tensor y) {
        throw new UnsupportedKernelException(Kernel.LAYER_NORM_FORWARD);
    }

    /** Backward of {@link #layerNormForward}; {@code dGamma} and {@code dBeta} are null where gamma and beta are. */
    default void layerNormBackward(
            int n, LayerNorm norm, LayerNorm.Operands operands, LayerNorm.Gradients gradients, @Nullable Slice dGamma,
            @Nullable Slice dBeta, boolean accumulate) {
        throw new UnsupportedKernelException(Kernel.LAYER_NORM_BACKWARD);
    }

    /** Forward mode of {@link #layerNormForward}: the derivative of y along the tangents of x, scale and shift. */
    default void layerNormTangent(int n, LayerNorm norm, LayerNorm.Operands operands, LayerNorm.Tangents tangents) {
        throw new UnsupportedKernelException(Kernel.LAYER_NORM_TANGENT);
    }
}
