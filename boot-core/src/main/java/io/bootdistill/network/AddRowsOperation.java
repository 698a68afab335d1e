package io.bootdistill.network;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** y = x + p, the same rows p for each sample: trained, or computed. */
final class AddRowsOperation extends Operation {

    AddRowsOperation(Value x, Value y, Block rows) {
        super(new Value[] {x}, y, rows);
    }

    @Override
    List<Kernel> kernels(Pass pass) {
        return switch (pass) {
            case FORWARD -> List.of(Kernel.ADD_ROWS_FORWARD);
            case BACKWARD -> List.of(Kernel.ADD_ROWS_BACKWARD);
            case TANGENT -> List.of(Kernel.AFFINE);
        };
    }

    @Override
    List<Kernel> backwardKernels(boolean trains, @Nullable Value[] dx) {
        return trains ? kernels(Pass.BACKWARD) : List.of();
    }

    @Override
    Passes passes(Binding b) {
        return new Passes() {

            @Override
            void forward(Kernels kernels, int n) {
                kernels.addRowsForward(n, output.pixels(), b.x[0], b.parameters[0], b.y);
            }

            @Override
            void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {
                if (dParameters[0] != null) {
                    kernels.addRowsBackward(n, output.pixels(), b.dy, dParameters[0], accumulate);
                }
            }

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
