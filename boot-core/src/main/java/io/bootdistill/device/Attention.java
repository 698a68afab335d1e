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
 * @param causal whether query i sees the keys j ≤ i alone
 */
public record Attention(int queries, int keys, int heads, int headSize, boolean causal) {

    /** Attention in which every query sees every key. */
    public Attention(int queries, int keys, int heads, int headSize) {
        this(queries, keys, heads, headSize, false);
    }

    public Attention {
        Shapes.requirePositive("queries", queries);
        Shapes.requirePositive("keys", keys);
        Shapes.requirePositive("heads", heads);
        Shapes.requirePositive("headSize", headSize);
        Shapes.requireProduct("heads × headSize", heads, headSize);
        Shapes.requireProduct("heads × queries", heads, queries);
        Shapes.requireProduct("heads × keys", heads, keys);
    }

    /** Channels of q, k, v and the output. */
    public int channels() {
        return heads * headSize;
    }

    /** How many of the first keys a query sees; the mask may exclude some of them. */
    public int keysOf(int query) {
        return causal ? Math.min(query + 1, keys) : keys;
    }

    /** Pairs of a query and a key that it sees, of one head of one sample. */
    public long pairs() {
        long corner = Math.min(queries, keys); // queries that see one key more than the one before
        return causal ? corner * (corner + 1) / 2 + (queries - corner) * keys : (long) queries * keys;
    }

    /** Floats that the forward pass leaves per sample: the log-sum-exp of each row, [heads][queries]. */
    public int statistics() {
        return heads * queries;
    }

    /**
     * The operands of all passes: the forward one writes y and logSumExp, the others read them. q and y have n·queries rows,
     * k and v n·keys.
     *
     * @param mask added to the scores before the softmax: [n][keys], 0 or −∞ or between; may be null; it
     *     may not exclude all keys that a query sees
     * @param logSumExp n × {@link #statistics()}
     */
    public record Operands(Tensor q, Tensor k, Tensor v, @Nullable Slice mask, Tensor y, Slice logSumExp) {}

    /** The gradient of y, and those of q, k and v, which are overwritten. */
    public record Gradients(Tensor dy, Tensor dq, Tensor dk, Tensor dv) {}

    /** The tangents of q, k and v, and that of y, which is overwritten. */
    public record Tangents(Tensor q, Tensor k, Tensor v, Tensor y) {}
}
