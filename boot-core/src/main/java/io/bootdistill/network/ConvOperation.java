package io.bootdistill.network;

import io.bootdistill.device.Conv;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Weights;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** y = conv(x) + bias + shift + residual. */
final class ConvOperation extends Operation {

    private static final int X = 0;
    private static final int SHIFT = 1;
    private static final int RESIDUAL = 2;

    private final Conv conv;

    ConvOperation(
            Conv conv, Value x, @Nullable Value shift, @Nullable Value residual, Value y, Block weights, Block bias) {
        super(new @Nullable Value[] {x, shift, residual}, y, weights, bias);
        this.conv = conv;
    }

    @Override
    List<Kernel> kernels(Pass pass) {
        return pass == Pass.BACKWARD
                ? List.of(Kernel.CONV_BACKWARD_WEIGHTS, Kernel.SUM_ROWS_FORWARD, Kernel.CONV_BACKWARD_INPUT)
                : List.of(Kernel.CONV_FORWARD);
    }

    @Override
    List<Kernel> backwardKernels(boolean trains, @Nullable Value[] dx) {
        List<Kernel> called = new ArrayList<>();
        if (trains) {
            called.add(Kernel.CONV_BACKWARD_WEIGHTS);
        } else if (dx[SHIFT] != null) {
            called.add(Kernel.SUM_ROWS_FORWARD);
        }
        if (dx[X] != null) {
            called.add(Kernel.CONV_BACKWARD_INPUT);
        }
        return called;
    }

    @Override
    double flops() {
        return 2.0 * 9 * conv.in() * conv.out() * conv.outHeight() * conv.outWidth();
    }

    @Override
    Passes passes(Binding b) {
        return new Passes() {

            private final Conv.Gradients gradients = new Conv.Gradients(b.x[X], b.dy, b.dx[SHIFT]);

            @Override
            void forward(Kernels kernels, int n) {
                kernels.convForward(n, conv, b.x[X], b.weights, b.parameters[1], b.x[SHIFT], b.x[RESIDUAL], b.y);
            }

            @Override
            void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {
                if (dParameters[0] != null) {
                    kernels.convBackwardWeights(n, conv, gradients, dParameters[0], dParameters[1], accumulate);
                } else if (b.dx[SHIFT] != null) {
                    kernels.sumRowsForward(n, output.pixels(), 1, b.dy, b.dx[SHIFT]);
                }
                if (b.dx[X] != null) {
                    kernels.convBackwardInput(n, conv, b.dy, b.backwardWeights, b.base[X], b.dx[X]);
                }
            }

            @Override
            void tangent(Kernels kernels, int n) {
                kernels.convForward(
                        n, conv, b.xTangent[X], b.weights, null, b.xTangent[SHIFT], b.xTangent[RESIDUAL], b.yTangent);
            }
        };
    }

    @Override
    Gradient gradient(int input) {
        return input == X ? Gradient.ADDED : input == SHIFT ? Gradient.OVERWRITTEN : Gradient.IDENTITY;
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
    boolean overwrites(int input) {
        return input == RESIDUAL;
    }

    @Override
    Operation inStrips(int rows) {
        boolean plain = inputs[SHIFT] == null && inputs[RESIDUAL] == null && conv.stride() == 1 && conv.upsample() == 1;
        return plain && StripConvOperation.isPossible(conv.height(), rows)
                ? new StripConvOperation(conv, inputs[X], output, rows, blocks[0], blocks[1]) : this;
    }

    @Override
    Record shape() {
        return conv;
    }

    @Override
    long preparedLength(Kernels kernels, boolean gradient) {
        return kernels.preparedLength(conv, gradient);
    }

    @Override
    void prepare(Kernels kernels, Weights weights, boolean gradient) {
        kernels.prepare(conv, weights, gradient);
    }
}
