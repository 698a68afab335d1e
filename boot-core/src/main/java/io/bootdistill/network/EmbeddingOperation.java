package io.bootdistill.network;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** y = x + table[label], for each row; x may be absent. */
final class EmbeddingOperation extends Operation {

    private static final int X = 0;
    private static final int LABELS = 1;

    private final int rows;

    EmbeddingOperation(int rows, @Nullable Value x, Value labels, Value y, Block table) {
        super(new @Nullable Value[] {x, labels}, y, table);
        this.rows = rows;
    }

    @Override
    List<Kernel> kernels(Pass pass) {
        return List.of(switch (pass) {
            case FORWARD -> Kernel.EMBEDDING_FORWARD;
            case BACKWARD -> Kernel.EMBEDDING_BACKWARD;
            case TANGENT -> Kernel.AFFINE;
        });
    }

    @Override
    Passes passes(Binding b) {
        return new Passes() {

            @Override
            void forward(Kernels kernels, int n) {
                kernels.embeddingForward(n * output.pixels(), rows, b.x[LABELS].data(), b.parameters[0], b.x[X], b.y);
            }

            @Override
            void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {
                if (dParameters[0] != null) {
                    kernels.embeddingBackward(
                            n * output.pixels(), rows, b.x[LABELS].data(), b.dy, dParameters[0], accumulate);
                }
            }

            @Override
            void tangent(Kernels kernels, int n) {
                kernels.affine((long) n * output.pixels(), b.xTangent[X], 1, 0, null, b.yTangent);
            }
        };
    }

    @Override
    Gradient gradient(int input) {
        return input == X ? Gradient.IDENTITY : Gradient.NONE;
    }

    @Override
    boolean backwardReads(int input) {
        return input == LABELS;
    }
}
