package io.bootdistill.network;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;

/** y = x·sigmoid(x). */
final class SiluOperation extends Operation {

    SiluOperation(Value x, Value y) {
        super(new Value[] {x}, y);
    }

    @Override
    void forward(Kernels kernels, int n, Binding b) {
        kernels.siluForward((long) n * output.pixels(), b.x[0], b.y);
    }

    @Override
    void backward(Kernels kernels, int n, Binding b, Slice[] gradients, boolean accumulate) {
        kernels.siluBackward((long) n * output.pixels(), b.x[0], b.dy, b.base[0], b.dx[0]);
    }

    @Override
    void tangent(Kernels kernels, int n, Binding b) {
        kernels.siluBackward((long) n * output.pixels(), b.x[0], b.xTangent[0], null, b.yTangent);
    }

    @Override
    Gradient gradient(int input) {
        return Gradient.ADDED;
    }

    @Override
    boolean backwardReads(int input) {
        return true;
    }
}
