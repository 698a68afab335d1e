package io.bootdistill.device;

import org.jspecify.annotations.Nullable;

/** What one row per sample does to the sample's rows, and what these come to in one row: a family of {@link Kernels}. */
public interface RowKernels {

    /** {@code y = residual + gate·x}: the gate has one row per sample; {@code residual} may be null or y. */
    default void gateForward(int n, int pixels, Tensor x, Tensor gate, @Nullable Tensor residual, Tensor y) {
        throw new UnsupportedKernelException(Kernel.GATE_FORWARD);
    }

    /** {@code dx = base + gate·dy}, and {@code dGate = Σ dy·x} over the rows of the sample, overwritten. */
    default void gateBackward(
            int n, int pixels, Tensor x, Tensor gate, Tensor dy, @Nullable Tensor base, Tensor dx, Tensor dGate) {
        throw new UnsupportedKernelException(Kernel.GATE_BACKWARD);
    }

    /**
     * Forward mode of {@link #gateForward}: {@code yTangent = residualTangent + gateTangent·x + gate·xTangent}; the residual's
     * may be null or yTangent.
     */
    default void gateTangent(
            int n, int pixels, Tensor x, Tensor gate, Tensor xTangent, Tensor gateTangent, @Nullable Tensor residualTangent,
            Tensor yTangent) {
        throw new UnsupportedKernelException(Kernel.GATE_TANGENT);
    }

    /**
     * {@code y = factor·Σ x} over the rows of the sample: their sum, their mean. With tangents, its forward mode.
     *
     * @param y one row per sample
     */
    default void sumRowsForward(int n, int pixels, float factor, Tensor x, Tensor y) {
        throw new UnsupportedKernelException(Kernel.SUM_ROWS_FORWARD);
    }

    /** {@code dx = base + factor·dy} for each row of the sample. */
    default void sumRowsBackward(int n, int pixels, float factor, Tensor dy, @Nullable Tensor base, Tensor dx) {
        throw new UnsupportedKernelException(Kernel.SUM_ROWS_BACKWARD);
    }
}
