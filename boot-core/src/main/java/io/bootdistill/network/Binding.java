package io.bootdistill.network;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.device.Weights;
import org.jspecify.annotations.Nullable;

/** The memory of one operation in one plan. Arrays are parallel to the operation's inputs and blocks. */
final class Binding {

    final @Nullable Tensor[] x;
    Tensor y;
    int pixels;
    @Nullable Slice statistics;
    @Nullable Slice scratch;

    /** The most samples of one run. */
    final int block;

    final Slice[] parameters;
    @Nullable Weights weights;

    /** The weights for backward: without the device's own form where that is for forward alone. */
    @Nullable Weights backwardWeights;

    /** Whether the parameters have gradients. */
    boolean trains;

    /** What stands for these where they have none: null, or where a kernel leaves what nobody reads. */
    final @Nullable Slice[] unread;

    @Nullable Tensor dy;
    final @Nullable Tensor[] dx;
    final @Nullable Tensor[] base;

    /** Where a residual's gradient has to be stored: dx[i] = base[i] + dy by a pass of its own. */
    final boolean[] copied;

    /** Tangents of the inputs, null where none is read; and that of the output, null where none is made. */
    final @Nullable Tensor[] xTangent;

    @Nullable Tensor yTangent;

    /** Whether the output's tangent is zero. */
    boolean constant;

    /** The operation over this memory. */
    Passes passes;

    Binding(int block, int inputs, int blocks) {
        this.block = block;
        x = new @Nullable Tensor[inputs];
        dx = new @Nullable Tensor[inputs];
        base = new @Nullable Tensor[inputs];
        copied = new boolean[inputs];
        xTangent = new @Nullable Tensor[inputs];
        parameters = new Slice[blocks];
        unread = new @Nullable Slice[blocks];
    }

    /** The output, and its tangent where there is one. */
    void forward(Kernels kernels, int n) {
        passes.forward(kernels, n);
        if (constant) {
            kernels.affine((long) n * pixels, y, 0, 0, null, yTangent);
        } else if (yTangent != null) {
            passes.tangent(kernels, n);
        }
    }

    /** The gradients of inputs and parameters. */
    void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {
        for (int k = 0; k < copied.length; k++) {
            if (copied[k]) {
                kernels.affine((long) n * pixels, dy, 1, 0, base[k], dx[k]);
            }
        }
        passes.backward(kernels, n, dParameters, accumulate);
    }
}
