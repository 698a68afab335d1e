package io.bootdistill.network;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** y = factor·x + offset + addend; copies and adds, too. */
final class AffineOperation extends Operation {

    private static final int X = 0;
    private static final int ADDEND = 1;

    private final float factor;
    private final float offset;

    AffineOperation(float factor, float offset, Value x, @Nullable Value addend, Value y) {
        super(new @Nullable Value[] {x, addend}, y);
        this.factor = factor;
        this.offset = offset;
    }

    @Override
    List<Kernel> kernels(Pass pass) {
        return List.of(Kernel.AFFINE);
    }

    @Override
    Passes passes(Binding b) {
        return new Passes() {

            @Override
            void forward(Kernels kernels, int n) {
                kernels.affine((long) n * output.pixels(), b.x[X], factor, offset, b.x[ADDEND], b.y);
            }

            @Override
            void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {
                if (b.dx[X] != null) {
                    kernels.affine((long) n * output.pixels(), b.dy, factor, 0, b.base[X], b.dx[X]);
                }
            }

            @Override
            void tangent(Kernels kernels, int n) {
                kernels.affine((long) n * output.pixels(), b.xTangent[X], factor, 0, b.xTangent[ADDEND], b.yTangent);
            }
        };
    }

    @Override
    Gradient gradient(int input) {
        return input == X ? Gradient.ADDED : Gradient.IDENTITY;
    }

    @Override
    boolean backwardReads(int input) {
        return false;
    }
}
