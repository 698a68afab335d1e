package io.bootdistill.device;

import org.jspecify.annotations.Nullable;

/** Embeddings of times and labels, and the division by a number per sample: a family of {@link Kernels}. */
public interface EmbeddingKernels {

    /** Sinusoidal embedding of n scalars. */
    void timeEmbedding(int n, TimeEmbedding embedding, Slice t, Slice frequencies, Tensor y);

    /** Forward mode of {@link #timeEmbedding}: the derivative of y along the tangents of the scalars, overwritten. */
    void timeEmbeddingTangent(
            int n, TimeEmbedding embedding, Slice t, Slice frequencies, Slice tTangent, Tensor yTangent);

    /**
     * {@code y = x + table[label]}, table [rows][channels]; {@code x} may be null or y. For a label outside [0, rows) y is NaN.
     */
    void embeddingForward(int n, int tableRows, Slice labels, Slice table, @Nullable Tensor x, Tensor y);

    /**
     * {@code dTable[label] += dy} in the order of the samples; overwritten with zeros first unless accumulating. A label outside
     * [0, rows) adds nothing.
     */
    void embeddingBackward(int n, int tableRows, Slice labels, Tensor dy, Slice dTable, boolean accumulate);

    /** {@code y = base + x/divisor[sample]} (its own backward, with dy for x); {@code base} may be null. */
    void divideSamples(int n, int pixels, Tensor x, Slice divisor, @Nullable Tensor base, Tensor y);
}
