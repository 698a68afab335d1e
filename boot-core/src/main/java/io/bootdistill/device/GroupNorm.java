package io.bootdistill.device;

import io.bootdistill.internal.device.Shapes;
import org.jspecify.annotations.Nullable;

/**
 * Shape of a group normalisation.
 *
 * @param pixels rows of one sample
 * @param channels a multiple of {@code groups}
 * @param groups number of groups; group g has the channels [g·c/groups, (g+1)·c/groups)
 * @param epsilon added to the variance, positive
 * @param activation what follows
 */
public record GroupNorm(int pixels, int channels, int groups, float epsilon, Activation activation) {

    public GroupNorm {
        Shapes.requirePositive("pixels", pixels);
        Shapes.requirePositive("channels", channels);
        Shapes.requirePositive("groups", groups);
        Shapes.requireProduct("2 × groups", 2, groups);
        if (channels % groups != 0) {
            throw new IllegalArgumentException(channels + " channels do not divide into " + groups + " groups");
        }
        if (!(epsilon > 0)) {
            throw new IllegalArgumentException("epsilon is " + epsilon + ", must be positive");
        }
    }

    /** Floats that the forward pass leaves per sample: mean and 1/σ of each group, [groups][2]. */
    public int statistics() {
        return 2 * groups;
    }

    /**
     * What all passes read; the forward one writes the statistics.
     *
     * @param scale one row per sample, with {@code shift}; both null or both given
     * @param statistics n × {@link #statistics()}
     */
    public record Operands(Tensor x, Slice gamma, Slice beta, @Nullable Tensor scale, @Nullable Tensor shift, Slice statistics) {

        public Operands {
            Shapes.requireTogether("scale", scale, "shift", shift);
        }
    }

    /**
     * The gradient of y, and those of x and of what comes from the time.
     *
     * @param base added to dx; may be null, dx, or another
     * @param dScale one row per sample, overwritten, with {@code dShift}; null where scale is null
     */
    public record Gradients(Tensor dy, @Nullable Tensor base, Tensor dx, @Nullable Tensor dScale, @Nullable Tensor dShift) {

        /** @throws IllegalArgumentException unless these are the gradients of those operands */
        public void requireOf(Operands operands) {
            Shapes.requireTogether("scale", operands.scale, "dScale", dScale);
            Shapes.requireTogether("scale", operands.scale, "dShift", dShift);
        }
    }

    /**
     * The tangents of x and of what comes from the time, and that of y, which is overwritten.
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
