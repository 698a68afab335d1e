package io.bootdistill.network;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** y = x·sigmoid(x). */
final class SiluOperation extends Operation {

    SiluOperation(Value x, Value y) {
        super(new Value[] {x}, y);
    }

    @Override
    List<Kernel> kernels(Pass pass) {
        return List.of(pass == Pass.FORWARD ? Kernel.SILU_FORWARD : Kernel.SILU_BACKWARD);
    }

    @Override
    Passes passes(Binding b) {
        return new Passes() {

            @Override
            void forward(Kernels kernels, int n) {
                kernels.siluForward((long) n * output.pixels(), b.x[0], b.y);
            }

            @Override
            void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {
                kernels.siluBackward((long) n * output.pixels(), b.x[0], b.dy, b.base[0], b.dx[0]);
            }

            @Override
            void tangent(Kernels kernels, int n) {
                kernels.siluBackward((long) n * output.pixels(), b.x[0], b.xTangent[0], null, b.yTangent);
            }
        };
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
