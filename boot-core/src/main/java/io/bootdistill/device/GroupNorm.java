package io.bootdistill.device;

/**
 * Shape of a group normalisation.
 *
 * @param pixels rows of one sample
 * @param channels a multiple of {@code groups}
 * @param groups number of groups; group g has the channels [g·c/groups, (g+1)·c/groups)
 * @param epsilon added to the variance, positive
 * @param silu whether z·sigmoid(z) follows
 */
public record GroupNorm(int pixels, int channels, int groups, float epsilon, boolean silu) {

    public GroupNorm {
        Shapes.requirePositive("pixels", pixels);
        Shapes.requirePositive("channels", channels);
        Shapes.requirePositive("groups", groups);
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
}
