package io.bootdistill.device;

import io.bootdistill.internal.device.Shapes;
import org.jspecify.annotations.Nullable;

/**
 * Shape of scaled dot-product attention, softmax(q·kᵀ/√headSize + mask)·v per head.
 *
 * @param queries rows of q per sample
 * @param keys rows of k and v per sample
 * @param heads number of heads; head h has the channels [h·headSize, (h+1)·headSize)
 * @param headSize channels of a head
 */
public record Attention(int queries, int keys, int heads, int headSize) {

    public Attention {
        Shapes.requirePositive("queries", queries);
        Shapes.requirePositive("keys", keys);
        Shapes.requirePositive("heads", heads);
        Shapes.requirePositive("headSize", headSize);
    }

    /** Channels of q, k, v and the output. */
    public int channels() {
        return heads * headSize;
    }

    /** Floats that the forward pass leaves per sample: the log-sum-exp of each row, [heads][queries]. */
    public int statistics() {
        return heads * queries;
    }

    /**
     * The operands of all passes: the forward one writes y and logSumExp, the others read them. q and y have n·queries rows,
     * k and v n·keys.
     *
     * @param mask added to the scores before the softmax: [n][keys], 0 or −∞ or between; may be null; no row of it may be
     *     −∞ throughout
     * @param logSumExp n × {@link #statistics()}
     */
    public record Operands(Tensor q, Tensor k, Tensor v, @Nullable Slice mask, Tensor y, Slice logSumExp) {}

    /** The gradient of y, and those of q, k and v, which are overwritten. */
    public record Gradients(Tensor dy, Tensor dq, Tensor dk, Tensor dv) {}

    /** The tangents of q, k and v, and that of y, which is overwritten. */
    public record Tangents(Tensor q, Tensor k, Tensor v, Tensor y) {}
}
