package io.bootdistill.device;

import io.bootdistill.internal.device.Shapes;

/** Shape of a linear layer (a 1×1 convolution): {@code in} to {@code out} channels, weights [in][out]. */
public record Linear(int in, int out) {

    public Linear {
        Shapes.requirePositive("in", in);
        Shapes.requirePositive("out", out);
    }

    /** Number of weights. */
    public long weights() {
        return (long) in * out;
    }
}
