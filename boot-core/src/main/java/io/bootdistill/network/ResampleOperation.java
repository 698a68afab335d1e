package io.bootdistill.network;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Nearest-neighbour doubling, or halving by the mean of 2×2 pixels. */
final class ResampleOperation extends Operation {

    private final boolean up;

    ResampleOperation(boolean up, Value x, Value y) {
        super(new Value[] {x}, y);
        this.up = up;
    }

    @Override
    List<Kernel> kernels(Pass pass) {
        if (pass == Pass.BACKWARD) {
            return List.of(up ? Kernel.UPSAMPLE_BACKWARD : Kernel.DOWNSAMPLE_BACKWARD);
        }
        return List.of(up ? Kernel.UPSAMPLE_FORWARD : Kernel.DOWNSAMPLE_FORWARD);
    }

    @Override
    Passes passes(Binding b) {
        return new Passes() {

            @Override
            void forward(Kernels kernels, int n) {
                resample(kernels, n, b.x[0], b.y);
            }

            @Override
            void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {
                if (up) {
                    kernels.upsampleBackward(n, inputs[0].height, inputs[0].width, b.dy, b.base[0], b.dx[0]);
                } else {
                    kernels.downsampleBackward(n, output.height, output.width, b.dy, b.base[0], b.dx[0]);
                }
            }

            @Override
            void tangent(Kernels kernels, int n) {
                resample(kernels, n, b.xTangent[0], b.yTangent);
            }
        };
    }

    private void resample(Kernels kernels, int n, Tensor x, Tensor y) {
        if (up) {
            kernels.upsampleForward(n, inputs[0].height, inputs[0].width, x, y);
        } else {
            kernels.downsampleForward(n, output.height, output.width, x, y);
        }
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
