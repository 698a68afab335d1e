package io.bootdistill.network;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** y = factor·Σ x over the rows of the sample. */
final class SumRowsOperation extends Operation {

    private final int pixels;
    private final float factor;

    SumRowsOperation(float factor, Value x, Value y) {
        super(new Value[] {x}, y);
        this.pixels = x.pixels();
        this.factor = factor;
    }

    @Override
    List<Kernel> kernels(Pass pass) {
        return List.of(pass == Pass.BACKWARD ? Kernel.SUM_ROWS_BACKWARD : Kernel.SUM_ROWS_FORWARD);
    }

    @Override
    Passes passes(Binding b) {
        return new Passes() {

            @Override
            void forward(Kernels kernels, int n) {
                kernels.sumRowsForward(n, pixels, factor, b.x[0], b.y);
            }

            @Override
            void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {
                kernels.sumRowsBackward(n, pixels, factor, b.dy, b.base[0], b.dx[0]);
            }

            @Override
            void tangent(Kernels kernels, int n) {
                kernels.sumRowsForward(n, pixels, factor, b.xTangent[0], b.yTangent);
            }
        };
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
