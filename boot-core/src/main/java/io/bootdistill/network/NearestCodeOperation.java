package io.bootdistill.network;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** y = the code that is nearest to x; derivatives pass straight through (van den Oord et al., 2017). */
final class NearestCodeOperation extends Operation {

    private final int codes;

    NearestCodeOperation(int codes, Value x, Value y, Block table) {
        super(new Value[] {x}, y, table);
        this.codes = codes;
    }

    @Override
    List<Kernel> kernels(Pass pass) {
        return switch (pass) {
            case FORWARD -> List.of(Kernel.NEAREST_CODE);
            case BACKWARD -> List.of();
            case TANGENT -> List.of(Kernel.AFFINE);
        };
    }

    @Override
    Passes passes(Binding b) {
        return new Passes() {

            @Override
            void forward(Kernels kernels, int n) {
                kernels.nearestCode((long) n * output.pixels(), codes, b.x[0], b.parameters[0], b.y);
            }

            @Override
            void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {} // dx = dy

            @Override
            void tangent(Kernels kernels, int n) {
                kernels.affine((long) n * output.pixels(), b.xTangent[0], 1, 0, null, b.yTangent);
            }
        };
    }

    @Override
    Gradient gradient(int input) {
        return Gradient.IDENTITY;
    }

    @Override
    boolean backwardReads(int input) {
        return false;
    }
}
