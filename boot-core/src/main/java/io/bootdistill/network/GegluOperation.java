package io.bootdistill.network;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** y = u·gelu(v), where u and v are the halves of a row of x. */
final class GegluOperation extends Operation {

    GegluOperation(Value x, Value y) {
        super(new Value[] {x}, y);
    }

    @Override
    List<Kernel> kernels(Pass pass) {
        return List.of(switch (pass) {
            case FORWARD -> Kernel.GEGLU_FORWARD;
            case BACKWARD -> Kernel.GEGLU_BACKWARD;
            case TANGENT -> Kernel.GEGLU_TANGENT;
        });
    }

    @Override
    Passes passes(Binding b) {
        return new Passes() {

            @Override
            void forward(Kernels kernels, int n) {
                kernels.gegluForward((long) n * output.pixels(), b.x[0], b.y);
            }

            @Override
            void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {
                kernels.gegluBackward((long) n * output.pixels(), b.x[0], b.dy, b.base[0], b.dx[0]);
            }

            @Override
            void tangent(Kernels kernels, int n) {
                kernels.gegluTangent((long) n * output.pixels(), b.x[0], b.xTangent[0], b.yTangent);
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
