package io.bootdistill.reference;

import io.bootdistill.device.Attention;
import io.bootdistill.device.Kernels;

/**
 * Scaled dot-product attention (Vaswani et al., 2017), head by head: S = q·kᵀ/√d + mask, P = softmax(S), y = P·v, over the keys
 * that a query sees.
 */
interface ReferenceAttention extends Kernels {

    @Override
    default void attentionForward(int n, Attention attention, Attention.Operands operands) {
        int queries = attention.queries();
        int keys = attention.keys();
        Matrix q = Matrix.of("q", operands.q(), (long) n * queries, attention.channels());
        Matrix k = Matrix.of("k", operands.k(), (long) n * keys, attention.channels());
        Matrix v = Matrix.of("v", operands.v(), (long) n * keys, attention.channels());
        Matrix mask = Matrix.optional("mask", operands.mask(), n, keys);
        Matrix y = Matrix.of("y", operands.y(), (long) n * queries, attention.channels());
        Matrix logSumExp = Matrix.of("logSumExp", operands.logSumExp(), (long) n * attention.heads(), queries);

        double[] scores = new double[keys];
        for (int sample = 0; sample < n; sample++) {
            for (int head = 0; head < attention.heads(); head++) {
                for (int i = 0; i < queries; i++) {
                    int query = sample * queries + i;
                    int seen = attention.keysOf(i);
                    double largest = Double.NEGATIVE_INFINITY;
                    for (int j = 0; j < seen; j++) {
                        scores[j] = score(attention, head, q, query, k, sample * keys + j)
                                + Matrix.orZero(mask, sample, j);
                        largest = Math.max(largest, scores[j]);
                    }
                    double sum = 0;
                    for (int j = 0; j < seen; j++) {
                        sum += Math.exp(scores[j] - largest);
                    }
                    double logSum = largest + Math.log(sum);
                    logSumExp.set(sample * attention.heads() + head, i, logSum);
                    for (int c = head * attention.headSize(); c < (head + 1) * attention.headSize(); c++) {
                        double value = 0;
                        for (int j = 0; j < seen; j++) {
                            value += Math.exp(scores[j] - logSum) * v.get(sample * keys + j, c);
                        }
                        y.set(query, c, value);
                    }
                }
            }
        }
    }

    /**
     * dv = Pᵀ·dy, dP = dy·vᵀ, dS = P∘(dP − rowsum(dP∘P)), dq = dS·k/√d, dk = dSᵀ·q/√d. The row sum equals dy·y (Dao et al.,
     * <i>FlashAttention</i>, 2022, appendix B), and P is recomputed from the log-sum-exp.
     */
    @Override
    default void attentionBackward(
            int n, Attention attention, Attention.Operands operands, Attention.Gradients gradients) {
        int queries = attention.queries();
        int keys = attention.keys();
        Matrix q = Matrix.of("q", operands.q(), (long) n * queries, attention.channels());
        Matrix k = Matrix.of("k", operands.k(), (long) n * keys, attention.channels());
        Matrix v = Matrix.of("v", operands.v(), (long) n * keys, attention.channels());
        Matrix mask = Matrix.optional("mask", operands.mask(), n, keys);
        Matrix y = Matrix.of("y", operands.y(), (long) n * queries, attention.channels());
        Matrix logSumExp = Matrix.of("logSumExp", operands.logSumExp(), (long) n * attention.heads(), queries);
        Matrix dy = Matrix.of("dy", gradients.dy(), (long) n * queries, attention.channels());
        Matrix dq = Matrix.of("dq", gradients.dq(), (long) n * queries, attention.channels());
        Matrix dk = Matrix.of("dk", gradients.dk(), (long) n * keys, attention.channels());
        Matrix dv = Matrix.of("dv", gradients.dv(), (long) n * keys, attention.channels());

        dq.fill(0);
        dk.fill(0);
        dv.fill(0);
        double temperature = Math.sqrt(attention.headSize());
        for (int sample = 0; sample < n; sample++) {
            for (int head = 0; head < attention.heads(); head++) {
                for (int i = 0; i < queries; i++) {
                    int query = sample * queries + i;
                    int seen = attention.keysOf(i);
                    double logSum = logSumExp.get(sample * attention.heads() + head, i);
                    double rowSum = headProduct(attention, head, dy, query, y, query);
                    for (int j = 0; j < seen; j++) {
                        int key = sample * keys + j;
                        double p = Math.exp(
                                score(attention, head, q, query, k, key) + Matrix.orZero(mask, sample, j) - logSum);
                        double dp = headProduct(attention, head, dy, query, v, key);
                        double ds = p * (dp - rowSum);
                        for (int c = head * attention.headSize(); c < (head + 1) * attention.headSize(); c++) {
                            dq.add(query, c, ds * k.get(key, c) / temperature);
                            dk.add(key, c, ds * q.get(query, c) / temperature);
                            dv.add(key, c, p * dy.get(query, c));
                        }
                    }
                }
            }
        }
    }

    /** With s = (q̇·kᵀ + q·k̇ᵀ)/√d, the tangent of S: ẏ = (P∘(s − rowsum(P∘s)))·v + P·v̇. */
    @Override
    default void attentionTangent(
            int n, Attention attention, Attention.Operands operands, Attention.Tangents tangents) {
        int queries = attention.queries();
        int keys = attention.keys();
        Matrix q = Matrix.of("q", operands.q(), (long) n * queries, attention.channels());
        Matrix k = Matrix.of("k", operands.k(), (long) n * keys, attention.channels());
        Matrix v = Matrix.of("v", operands.v(), (long) n * keys, attention.channels());
        Matrix mask = Matrix.optional("mask", operands.mask(), n, keys);
        Matrix.of("y", operands.y(), (long) n * queries, attention.channels()); // for devices that have the row sums at the end
        Matrix logSumExp = Matrix.of("logSumExp", operands.logSumExp(), (long) n * attention.heads(), queries);
        Matrix qTangent = Matrix.of("qTangent", tangents.q(), (long) n * queries, attention.channels());
        Matrix kTangent = Matrix.of("kTangent", tangents.k(), (long) n * keys, attention.channels());
        Matrix vTangent = Matrix.of("vTangent", tangents.v(), (long) n * keys, attention.channels());
        Matrix yTangent = Matrix.of("yTangent", tangents.y(), (long) n * queries, attention.channels());

        double[] p = new double[keys];
        double[] slopes = new double[keys];
        for (int sample = 0; sample < n; sample++) {
            for (int head = 0; head < attention.heads(); head++) {
                for (int i = 0; i < queries; i++) {
                    int query = sample * queries + i;
                    int seen = attention.keysOf(i);
                    double logSum = logSumExp.get(sample * attention.heads() + head, i);
                    double rowSum = 0;
                    for (int j = 0; j < seen; j++) {
                        int key = sample * keys + j;
                        p[j] = Math.exp(score(attention, head, q, query, k, key) + Matrix.orZero(mask, sample, j) - logSum);
                        slopes[j] = score(attention, head, qTangent, query, k, key)
                                + score(attention, head, q, query, kTangent, key);
                        rowSum += p[j] * slopes[j];
                    }
                    for (int c = head * attention.headSize(); c < (head + 1) * attention.headSize(); c++) {
                        double value = 0;
                        for (int j = 0; j < seen; j++) {
                            int key = sample * keys + j;
                            value += p[j] * ((slopes[j] - rowSum) * v.get(key, c) + vTangent.get(key, c));
                        }
                        yTangent.set(query, c, value);
                    }
                }
            }
        }
    }

    private static double score(Attention attention, int head, Matrix q, int query, Matrix k, int key) {
        return headProduct(attention, head, q, query, k, key) / Math.sqrt(attention.headSize());
    }

    /** The scalar product of two rows within the channels of a head. */
    private static double headProduct(Attention attention, int head, Matrix a, int rowA, Matrix b, int rowB) {
        double sum = 0;
        for (int c = head * attention.headSize(); c < (head + 1) * attention.headSize(); c++) {
            sum += a.get(rowA, c) * b.get(rowB, c);
        }
        return sum;
    }
}
