package io.bootdistill.network;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Linear;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Weights;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** y = x·W + bias + residual, for each pixel. */
final class LinearOperation extends Operation {

    private static final int X = 0;
    private static final int RESIDUAL = 1;

    private final Linear linear;

    LinearOperation(Linear linear, Value x, @Nullable Value residual, Value y, Block weights, Block bias) {
        super(new @Nullable Value[] {x, residual}, y, weights, bias);
        this.linear = linear;
    }

    private long rows(int n) {
        return (long) n * output.pixels();
    }

    @Override
    List<Kernel> kernels(Pass pass) {
        return pass == Pass.BACKWARD
                ? List.of(Kernel.LINEAR_BACKWARD_WEIGHTS, Kernel.LINEAR_BACKWARD_INPUT)
                : List.of(Kernel.LINEAR_FORWARD);
    }

    @Override
    Passes passes(Binding b) {
        return new Passes() {

            @Override
            void forward(Kernels kernels, int n) {
                kernels.linearForward(rows(n), linear, b.x[X], b.weights, b.parameters[1], b.x[RESIDUAL], b.y);
            }

            @Override
            void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {
                kernels.linearBackwardWeights(rows(n), linear, b.x[X], b.dy, dParameters[0], dParameters[1], accumulate);
                if (b.dx[X] != null) {
                    kernels.linearBackwardInput(rows(n), linear, b.dy, b.weights, b.base[X], b.dx[X]);
                }
            }

            @Override
            void tangent(Kernels kernels, int n) {
                kernels.linearForward(rows(n), linear, b.xTangent[X], b.weights, null, b.xTangent[RESIDUAL], b.yTangent);
            }
        };
    }

    @Override
    Gradient gradient(int input) {
        return input == X ? Gradient.ADDED : Gradient.IDENTITY;
    }

    @Override
    boolean backwardReads(int input) {
        return input == X;
    }

    @Override
    long preparedLength(Kernels kernels, boolean gradient) {
        return kernels.preparedLength(linear, gradient);
    }

    @Override
    void prepare(Kernels kernels, Weights weights, boolean gradient) {
        kernels.prepare(linear, weights, gradient);
    }
}
