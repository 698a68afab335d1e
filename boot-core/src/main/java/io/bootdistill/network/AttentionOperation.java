package io.bootdistill.network;

import io.bootdistill.device.Attention;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;

/** Scaled dot-product attention of q over k and v. */
final class AttentionOperation extends Operation {

    private static final int Q = 0;
    private static final int K = 1;
    private static final int V = 2;
    private static final int MASK = 3;

    private final Attention attention;

    AttentionOperation(Attention attention, Value q, Value k, Value v, Value mask, Value y) {
        super(new Value[] {q, k, v, mask}, y);
        this.attention = attention;
    }

    private static Slice mask(Binding b) {
        return b.x[MASK] == null ? null : b.x[MASK].data();
    }

    @Override
    void forward(Kernels kernels, int n, Binding b) {
        kernels.attentionForward(n, attention, b.x[Q], b.x[K], b.x[V], mask(b), b.y, b.statistics);
    }

    @Override
    void backward(Kernels kernels, int n, Binding b, Slice[] gradients, boolean accumulate) {
        kernels.attentionBackward(
                n, attention, b.x[Q], b.x[K], b.x[V], mask(b), b.y, b.statistics, b.dy, b.dx[Q], b.dx[K], b.dx[V]);
    }

    @Override
    void tangent(Kernels kernels, int n, Binding b) {
        kernels.attentionTangent(
                n, attention, b.x[Q], b.x[K], b.x[V], mask(b), b.y, b.statistics, b.xTangent[Q], b.xTangent[K],
                b.xTangent[V], b.yTangent);
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
    int statistics() {
        return attention.statistics();
    }
}
