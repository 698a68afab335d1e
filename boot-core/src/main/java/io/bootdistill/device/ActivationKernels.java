package io.bootdistill.device;

import org.jspecify.annotations.Nullable;

/** Activations, and the one that is gated by another half of its row: a family of {@link Kernels}. */
public interface ActivationKernels {

    /** {@code y = f(x)}. */
    void activationForward(long rows, Activation f, Tensor x, Tensor y);

    /** {@code dx = base + dy·f'(x)}; with a tangent for dy, its forward mode. */
    void activationBackward(long rows, Activation f, Tensor x, Tensor dy, @Nullable Tensor base, Tensor dx);

    /** {@code y = u·gelu(v)}, where u and v are the halves of a row of x: {@link Activation#GELU} (Shazeer, 2020). */
    default void gegluForward(long rows, Tensor x, Tensor y) {
        throw new UnsupportedKernelException(Kernel.GEGLU_FORWARD);
    }

    /** {@code du = base + dy·gelu(v)} and {@code dv = base + dy·u·gelu'(v)}, the halves of dx and of its base. */
    default void gegluBackward(long rows, Tensor x, Tensor dy, @Nullable Tensor base, Tensor dx) {
        throw new UnsupportedKernelException(Kernel.GEGLU_BACKWARD);
    }

    /** Forward mode of {@link #gegluForward}: the derivative of y along the tangents of both halves, overwritten. */
    default void gegluTangent(long rows, Tensor x, Tensor xTangent, Tensor yTangent) {
        throw new UnsupportedKernelException(Kernel.GEGLU_TANGENT);
    }
}
