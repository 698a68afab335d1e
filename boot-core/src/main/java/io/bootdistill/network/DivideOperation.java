package io.bootdistill.network;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;

/** y = x/divisor, the divisor a scalar of the sample without a gradient. */
final class DivideOperation extends Operation {

    private static final int X = 0;
    private static final int DIVISOR = 1;

    DivideOperation(Value x, Value divisor, Value y) {
        super(new Value[] {x, divisor}, y);
    }

    @Override
    void forward(Kernels kernels, int n, Binding b) {
        kernels.divideSamples(n, output.pixels(), b.x[X], b.x[DIVISOR].data(), null, b.y);
    }

    @Override
    void backward(Kernels kernels, int n, Binding b, Slice[] gradients, boolean accumulate) {
        kernels.divideSamples(n, output.pixels(), b.dy, b.x[DIVISOR].data(), b.base[X], b.dx[X]);
    }

    @Override
    Gradient gradient(int input) {
        return input == X ? Gradient.ADDED : Gradient.NONE;
    }

    @Override
    boolean backwardReads(int input) {
        return input == DIVISOR;
    }
}
