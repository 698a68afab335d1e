package io.bootdistill.network;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** y = x/divisor, the divisor a scalar of the sample: with a tangent, but without a gradient. */
final class DivideOperation extends Operation {

    private static final int X = 0;
    private static final int DIVISOR = 1;

    DivideOperation(Value x, Value divisor, Value y) {
        super(new Value[] {x, divisor}, y);
    }

    @Override
    List<Kernel> kernels(Pass pass) {
        return pass == Pass.TANGENT ? List.of(Kernel.DIVIDE_SAMPLES, Kernel.AFFINE) : List.of(Kernel.DIVIDE_SAMPLES);
    }

    @Override
    Passes passes(Binding b) {
        return new Passes() {

            private final Tensor quotient = Tensor.of(b.statistics, 1);

            @Override
            void forward(Kernels kernels, int n) {
                kernels.divideSamples(n, output.pixels(), b.x[X], b.x[DIVISOR].data(), null, b.y);
            }

            @Override
            void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {
                kernels.divideSamples(n, output.pixels(), b.dy, b.x[DIVISOR].data(), b.base[X], b.dx[X]);
            }

            /** ẋ/s − y·ṡ/s, s being the divisor: a division by s and one by −s/ṡ. */
            @Override
            void tangent(Kernels kernels, int n) {
                kernels.divideSamples(n, output.pixels(), b.xTangent[X], b.x[DIVISOR].data(), null, b.yTangent);
                if (b.xTangent[DIVISOR] != null) {
                    kernels.divideSamples(n, 1, b.x[DIVISOR], b.xTangent[DIVISOR].data(), null, quotient);
                    kernels.affine(n, quotient, -1, 0, null, quotient);
                    kernels.divideSamples(n, output.pixels(), b.y, quotient.data(), b.yTangent, b.yTangent);
                }
            }
        };
    }

    @Override
    int statistics() {
        return 1;
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
