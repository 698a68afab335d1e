package io.bootdistill.network;

import io.bootdistill.device.Activation;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** y = f(x), for each value. */
final class ActivationOperation extends Operation {

    private final Activation f;

    ActivationOperation(Activation f, Value x, Value y) {
        super(new Value[] {x}, y);
        this.f = f;
    }

    @Override
    List<Kernel> kernels(Pass pass) {
        return List.of(pass == Pass.FORWARD ? Kernel.ACTIVATION_FORWARD : Kernel.ACTIVATION_BACKWARD);
    }

    @Override
    Passes passes(Binding b) {
        return new Passes() {

            @Override
            void forward(Kernels kernels, int n) {
                kernels.activationForward((long) n * output.pixels(), f, b.x[0], b.y);
            }

            @Override
            void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {
                kernels.activationBackward((long) n * output.pixels(), f, b.x[0], b.dy, b.base[0], b.dx[0]);
            }

            @Override
            void tangent(Kernels kernels, int n) {
                kernels.activationBackward((long) n * output.pixels(), f, b.x[0], b.xTangent[0], null, b.yTangent);
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
