package io.bootdistill.device;

import org.jspecify.annotations.Nullable;

/** The 3×3 convolution: a family of {@link Kernels}. */
public interface ConvolutionKernels {

    /**
     * Floats of {@link Weights#prepared()} for a convolution; 0 where the device needs none.
     *
     * @param gradient whether {@link #convBackwardInput} will be called, too
     */
    long preparedLength(Conv conv, boolean gradient);

    /**
     * Derives {@code weights.prepared()} from {@code weights.values()}: to be called after each change of the values.
     *
     * @throws IllegalArgumentException if {@code weights.prepared()} is null or shorter than a {@code preparedLength} above 0
     */
    void prepare(Conv conv, Weights weights, boolean gradient);

    /**
     * Whether rows of an image become the same bits by themselves as in the whole, with the same prepared weights: at a stride
     * of 1, with nothing enlarged, if what is cut out begins and ends at multiples of 4 rows of the image, and at least one more
     * row than counts is seen on either side.
     */
    default boolean convolvesStrips() {
        return false;
    }

    /**
     * {@code y = conv(x) + bias + shift + residual}.
     *
     * @param bias may be null
     * @param shift one row per sample, added to all of its pixels (the time shift); may be null
     * @param residual of the shape of y; may be null, or y
     */
    void convForward(
            int n, Conv conv, Tensor x, Weights weights, @Nullable Slice bias, @Nullable Tensor shift, @Nullable Tensor residual,
            Tensor y);

    /** {@code dx = base + convᵀ(dy)}. */
    void convBackwardInput(int n, Conv conv, Tensor dy, Weights weights, @Nullable Tensor base, Tensor dx);

    /** Gradients of weights, bias and time shift. */
    void convBackwardWeights(
            int n, Conv conv, Conv.Gradients operands, Slice dWeights, Slice dBias, boolean accumulate);
}
