package io.bootdistill.network;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Linear;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Weights;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** y = x·W + bias + residual, for each pixel; without bias where there is no block of it. */
final class LinearOperation extends Operation {

    private static final int X = 0;
    private static final int RESIDUAL = 1;

    private final Linear linear;

    /** @param weightsAndBias the block of the weights, then that of the bias where there is one */
    LinearOperation(Linear linear, Value x, @Nullable Value residual, Value y, Block... weightsAndBias) {
        super(new @Nullable Value[] {x, residual}, y, weightsAndBias);
        this.linear = linear;
    }

    private static @Nullable Slice bias(@Nullable Slice[] parameters) {
        return parameters.length == 1 ? null : parameters[1];
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
    List<Kernel> backwardKernels(boolean trains, @Nullable Value[] dx) {
        List<Kernel> called = new ArrayList<>();
        if (trains) {
            called.add(Kernel.LINEAR_BACKWARD_WEIGHTS);
        }
        if (dx[X] != null) {
            called.add(Kernel.LINEAR_BACKWARD_INPUT);
        }
        return called;
    }

    @Override
    double flops() {
        return 2.0 * linear.in() * linear.out() * output.pixels();
    }

    @Override
    Passes passes(Binding b) {
        return new Passes() {

            @Override
            void forward(Kernels kernels, int n) {
                kernels.linearForward(rows(n), linear, b.x[X], b.weights, bias(b.parameters), b.x[RESIDUAL], b.y);
            }

            @Override
            void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {
                if (dParameters[0] != null) {
                    kernels.linearBackwardWeights(
                            rows(n), linear, b.x[X], b.dy, dParameters[0], bias(dParameters), accumulate);
                }
                if (b.dx[X] != null) {
                    kernels.linearBackwardInput(rows(n), linear, b.dy, b.backwardWeights, b.base[X], b.dx[X]);
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
    boolean readsForParameters() {
        return true;
    }

    @Override
    Record shape() {
        return linear;
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
