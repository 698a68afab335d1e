package io.bootdistill.network;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;

/** Nearest-neighbour doubling, or halving by the mean of 2×2 pixels. */
final class ResampleOperation extends Operation {

    private final boolean up;

    ResampleOperation(boolean up, Value x, Value y) {
        super(new Value[] {x}, y);
        this.up = up;
    }

    @Override
    void forward(Kernels kernels, int n, Binding b) {
        resample(kernels, n, b.x[0], b.y);
    }

    private void resample(Kernels kernels, int n, Tensor x, Tensor y) {
        if (up) {
            kernels.upsampleForward(n, inputs[0].height, inputs[0].width, x, y);
        } else {
            kernels.downsampleForward(n, output.height, output.width, x, y);
        }
    }

    @Override
    void backward(Kernels kernels, int n, Binding b, Slice[] gradients, boolean accumulate) {
        if (up) {
            kernels.upsampleBackward(n, inputs[0].height, inputs[0].width, b.dy, b.base[0], b.dx[0]);
        } else {
            kernels.downsampleBackward(n, output.height, output.width, b.dy, b.base[0], b.dx[0]);
        }
    }

    @Override
    void tangent(Kernels kernels, int n, Binding b) {
        resample(kernels, n, b.xTangent[0], b.yTangent);
    }

    @Override
    Gradient gradient(int input) {
        return Gradient.ADDED;
    }

    @Override
    boolean backwardReads(int input) {
        return false;
    }
}
