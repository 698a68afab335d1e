package io.bootdistill.device;

import io.bootdistill.internal.device.Shapes;
import org.jspecify.annotations.Nullable;

/**
 * Shape of a layer normalisation, which is over the channels of each row.
 *
 * @param pixels rows of one sample
 * @param channels at least 1
 * @param epsilon added to the variance, positive
 */
public record LayerNorm(int pixels, int channels, float epsilon) {

    public LayerNorm {
        Shapes.requirePositive("pixels", pixels);
        Shapes.requirePositive("channels", channels);
        Shapes.requireProduct("2 × pixels", 2, pixels);
        if (!(epsilon > 0)) {
            throw new IllegalArgumentException("epsilon is " + epsilon + ", must be positive");
        }
    }

    /** Floats that the forward pass leaves per sample: mean and 1/σ of each row, [pixels][2]. */
    public int statistics() {
        return 2 * pixels;
    }

    /**
     * What all passes read; the forward one writes the statistics.
     *
     * @param gamma with {@code beta}; both null or both given
     * @param scale one row per sample, with {@code shift}; both null or both given
     * @param statistics n × {@link #statistics()}
     */
    public record Operands(
            Tensor x, @Nullable Slice gamma, @Nullable Slice beta, @Nullable Tensor scale, @Nullable Tensor shift,
            Slice statistics) {

        public Operands {
            Shapes.requireTogether("gamma", gamma, "beta", beta);
            Shapes.requireTogether("scale", scale, "shift", shift);
        }
    }

    /**
     * The gradient of y, and those of the tensors that it comes of.
     *
     * @param base added to dx; may be null, dx, or another
     * @param dx null where nobody asks for it: then {@code base} is null, too
     * @param dScale one row per sample, overwritten, with {@code dShift}; null where scale is null
     */
    public record Gradients(
            Tensor dy, @Nullable Tensor base, @Nullable Tensor dx, @Nullable Tensor dScale, @Nullable Tensor dShift) {

        public Gradients {
            if (base != null && dx == null) {
                throw new IllegalArgumentException("base is given without dx");
            }
        }

        /** @throws IllegalArgumentException unless these and those of the parameters are the gradients of those operands */
        public void requireOf(Operands operands, @Nullable Slice dGamma, @Nullable Slice dBeta) {
            Shapes.requireTogether("gamma", operands.gamma, "dGamma", dGamma);
            Shapes.requireTogether("gamma", operands.gamma, "dBeta", dBeta);
            Shapes.requireTogether("scale", operands.scale, "dScale", dScale);
            Shapes.requireTogether("scale", operands.scale, "dShift", dShift);
        }
    }

    /**
     * The tangents of x, scale and shift, and that of y, which is overwritten.
     *
     * @param scale one row per sample, with {@code shift}; null where the scale is null
     */
    public record Tangents(Tensor x, @Nullable Tensor scale, @Nullable Tensor shift, Tensor y) {

        /** @throws IllegalArgumentException unless these are the tangents of those operands */
        public void requireOf(Operands operands) {
            Shapes.requireTogether("scale", operands.scale, "scaleTangent", scale);
            Shapes.requireTogether("scale", operands.scale, "shiftTangent", shift);
        }
    }
}
