package io.bootdistill.device;

import org.jspecify.annotations.Nullable;

/** The linear layer: a family of {@link Kernels}. */
public interface LinearKernels {

    /**
     * Floats of {@link Weights#prepared()} for a linear layer; 0 where the device needs none.
     *
     * @param gradient whether {@link #linearBackwardInput} will be called, too
     */
    long preparedLength(Linear linear, boolean gradient);

    /**
     * Derives {@code weights.prepared()} from {@code weights.values()}: to be called after each change of the values.
     *
     * @throws IllegalArgumentException if {@code weights.prepared()} is null or shorter than a {@code preparedLength} above 0
     */
    void prepare(Linear linear, Weights weights, boolean gradient);

    /** {@code y = x·W + bias + residual}; {@code bias} and {@code residual} may be null. */
    void linearForward(
            long rows, Linear linear, Tensor x, Weights weights, @Nullable Slice bias, @Nullable Tensor residual, Tensor y);

    /** {@code dx = base + dy·Wᵀ}. */
    void linearBackwardInput(long rows, Linear linear, Tensor dy, Weights weights, @Nullable Tensor base, Tensor dx);

    /** Gradients of weights and bias; {@code dBias} may be null. */
    void linearBackwardWeights(
            long rows, Linear linear, Tensor x, Tensor dy, Slice dWeights, @Nullable Slice dBias, boolean accumulate);
}
