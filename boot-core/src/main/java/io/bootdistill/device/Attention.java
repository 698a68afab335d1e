package io.bootdistill.device;

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
}
