package io.bootdistill.network;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** y = the first channels of x, as a value of its own; the gradient of the others is zero. */
final class LeadingOperation extends Operation {

    /** @param x in memory of its own: its gradient is filled as a whole */
    LeadingOperation(Value x, Value y) {
        super(new Value[] {x}, y);
    }

    @Override
    List<Kernel> kernels(Pass pass) {
        return pass == Pass.BACKWARD ? List.of(Kernel.FILL, Kernel.AFFINE) : List.of(Kernel.AFFINE);
    }

    @Override
    Passes passes(Binding b) {
        Tensor x = leading(b.x[0]);
        Tensor dx = leading(b.dx[0]);
        Tensor xTangent = leading(b.xTangent[0]);
        return new Passes() {

            @Override
            void forward(Kernels kernels, int n) {
                kernels.affine((long) n * output.pixels(), x, 1, 0, null, b.y);
            }

            @Override
            void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {
                if (dx != null) {
                    kernels.fill(dx.data(), 0);
                    kernels.affine((long) n * output.pixels(), b.dy, 1, 0, null, dx);
                }
            }

            @Override
            void tangent(Kernels kernels, int n) {
                kernels.affine((long) n * output.pixels(), xTangent, 1, 0, null, b.yTangent);
            }
        };
    }

    private @Nullable Tensor leading(@Nullable Tensor x) {
        return x == null ? null : x.columns(0, output.channels);
    }

    @Override
    Gradient gradient(int input) {
        return Gradient.OVERWRITTEN;
    }

    @Override
    boolean backwardReads(int input) {
        return false;
    }
}
