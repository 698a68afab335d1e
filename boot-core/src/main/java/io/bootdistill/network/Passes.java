package io.bootdistill.network;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import org.jspecify.annotations.Nullable;

/** One operation over the memory of one plan. Made once, with the operands of its kernels: a pass allocates nothing. */
abstract class Passes {

    abstract void forward(Kernels kernels, int n);

    /**
     * Writes the gradients of inputs where {@link Binding#dx} is not null, and those of the parameters.
     *
     * @param dParameters parallel to the operation's blocks
     */
    abstract void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate);

    /**
     * Writes the tangent of the output, its derivative along the tangents of the inputs; null where an input has none. Called
     * after forward.
     */
    abstract void tangent(Kernels kernels, int n);
}
