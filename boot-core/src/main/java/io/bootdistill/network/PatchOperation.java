package io.bootdistill.network;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Patches;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An image as tokens, or tokens as an image: a permutation, whose inverse is its gradient. */
final class PatchOperation extends Operation {

    private final Patches patches;
    private final boolean toTokens;

    PatchOperation(Patches patches, boolean toTokens, Value x, Value y) {
        super(new Value[] {x}, y);
        this.patches = patches;
        this.toTokens = toTokens;
    }

    @Override
    List<Kernel> kernels(Pass pass) {
        return List.of(toTokens == (pass != Pass.BACKWARD) ? Kernel.PATCHIFY : Kernel.UNPATCHIFY);
    }

    @Override
    Passes passes(Binding b) {
        return new Passes() {

            @Override
            void forward(Kernels kernels, int n) {
                permute(kernels, n, toTokens, b.x[0], null, b.y);
            }

            @Override
            void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {
                permute(kernels, n, !toTokens, b.dy, b.base[0], b.dx[0]);
            }

            @Override
            void tangent(Kernels kernels, int n) {
                permute(kernels, n, toTokens, b.xTangent[0], null, b.yTangent);
            }
        };
    }

    private void permute(Kernels kernels, int n, boolean patchify, Tensor x, @Nullable Tensor base, Tensor y) {
        if (patchify) {
            kernels.patchify(n, patches, x, base, y);
        } else {
            kernels.unpatchify(n, patches, x, base, y);
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
