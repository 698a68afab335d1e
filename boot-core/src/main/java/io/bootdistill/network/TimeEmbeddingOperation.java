package io.bootdistill.network;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.TimeEmbedding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sinusoidal embedding of the scalars of a sample; its frequencies are constants. */
final class TimeEmbeddingOperation extends Operation {

    private final TimeEmbedding embedding;

    TimeEmbeddingOperation(TimeEmbedding embedding, Value scalar, Value y, Block frequencies) {
        super(new Value[] {scalar}, y, frequencies);
        this.embedding = embedding;
    }

    @Override
    List<Kernel> kernels(Pass pass) {
        return switch (pass) {
            case FORWARD -> List.of(Kernel.TIME_EMBEDDING);
            case BACKWARD -> List.of();
            case TANGENT -> List.of(Kernel.TIME_EMBEDDING_TANGENT);
        };
    }

    @Override
    Passes passes(Binding b) {
        return new Passes() {

            @Override
            void forward(Kernels kernels, int n) {
                kernels.timeEmbedding(n * output.pixels(), embedding, b.x[0].data(), b.parameters[0], b.y);
            }

            @Override
            void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {
                throw new IllegalStateException("a time embedding has no gradient");
            }

            @Override
            void tangent(Kernels kernels, int n) {
                kernels.timeEmbeddingTangent(
                        n * output.pixels(), embedding, b.x[0].data(), b.parameters[0], b.xTangent[0].data(), b.yTangent);
            }
        };
    }

    @Override
    Gradient gradient(int input) {
        return Gradient.NONE;
    }

    @Override
    boolean backwardReads(int input) {
        return false;
    }
}
