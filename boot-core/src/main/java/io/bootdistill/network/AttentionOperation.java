package io.bootdistill.network;

import io.bootdistill.device.Attention;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Scaled dot-product attention of q over k and v. */
final class AttentionOperation extends Operation {

    private static final int Q = 0;
    private static final int K = 1;
    private static final int V = 2;
    private static final int MASK = 3;

    private final Attention attention;

    AttentionOperation(Attention attention, Value q, Value k, Value v, @Nullable Value mask, Value y) {
        super(new @Nullable Value[] {q, k, v, mask}, y);
        this.attention = attention;
    }

    @Override
    List<Kernel> kernels(Pass pass) {
        return List.of(switch (pass) {
            case FORWARD -> Kernel.ATTENTION_FORWARD;
            case BACKWARD -> Kernel.ATTENTION_BACKWARD;
            case TANGENT -> Kernel.ATTENTION_TANGENT;
        });
    }

    @Override
    double flops() {
        return 4.0 * attention.queries() * attention.keys() * attention.channels();
    }

    @Override
    Passes passes(Binding b) {
        return new Passes() {

            private final Attention.Operands operands = new Attention.Operands(
                    b.x[Q], b.x[K], b.x[V], b.x[MASK] == null ? null : b.x[MASK].data(), b.y, b.statistics);
            private final Attention.Gradients gradients = new Attention.Gradients(b.dy, b.dx[Q], b.dx[K], b.dx[V]);
            private final Attention.Tangents tangents =
                    new Attention.Tangents(b.xTangent[Q], b.xTangent[K], b.xTangent[V], b.yTangent);

            @Override
            void forward(Kernels kernels, int n) {
                kernels.attentionForward(n, attention, operands);
            }

            @Override
            void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {
                kernels.attentionBackward(n, attention, operands, gradients);
            }

            @Override
            void tangent(Kernels kernels, int n) {
                kernels.attentionTangent(n, attention, operands, tangents);
            }
        };
    }

    @Override
    boolean tangentReads(int input) {
        return input != MASK;
    }

    @Override
    Gradient gradient(int input) {
        return input == MASK ? Gradient.NONE : Gradient.OVERWRITTEN;
    }

    @Override
    boolean backwardReads(int input) {
        return true;
    }

    @Override
    boolean backwardReadsOutput() {
        return true;
    }

    @Override
    boolean makesWithOthers(int input) {
        return input != MASK;
    }

    @Override
    int statistics() {
        return attention.statistics();
    }
}
