package io.bootdistill.internal.natives;

import static io.bootdistill.internal.device.Shapes.requirePositive;
import static io.bootdistill.internal.natives.NativeContext.stride;

import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.device.TimeEmbedding;

/** Embeddings of times and labels, and the division by a number per sample. */
interface NativeEmbedding extends NativeContext {

    @Override
    default void timeEmbedding(int n, TimeEmbedding embedding, Slice t, Slice frequencies, Tensor y) {
        requirePositive("n", n);
        requireOk("timeEmbedding", BootNative.boot_time_embedding(
                context(), n, embedding.half(), embedding.fourier() ? 1 : 0, embedding.cosineFirst() ? 1 : 0,
                address("t", t, n), address("frequencies", frequencies, embedding.half()),
                address("y", y, n, embedding.channels()), stride(y)));
    }

    @Override
    default void timeEmbeddingTangent(
            int n, TimeEmbedding embedding, Slice t, Slice frequencies, Slice tTangent, Tensor yTangent) {
        requirePositive("n", n);
        requireOk("timeEmbeddingTangent", BootNative.boot_time_embedding_tangent(
                context(), n, embedding.half(), embedding.fourier() ? 1 : 0, embedding.cosineFirst() ? 1 : 0,
                address("t", t, n), address("frequencies", frequencies, embedding.half()),
                address("tTangent", tTangent, n),
                address("yTangent", yTangent, n, embedding.channels()), stride(yTangent)));
    }

    @Override
    default void embeddingForward(int n, int tableRows, Slice labels, Slice table, Tensor x, Tensor y) {
        requirePositive("n", n);
        requirePositive("tableRows", tableRows);
        int channels = y.channels();
        requireOk("embeddingForward", BootNative.boot_embedding_forward(
                context(), n, tableRows, channels,
                address("labels", labels, n), address("table", table, (long) tableRows * channels),
                optional("x", x, n, channels), stride(x),
                address("y", y, n, channels), stride(y)));
    }

    @Override
    default void embeddingBackward(int n, int tableRows, Slice labels, Tensor dy, Slice dTable, boolean accumulate) {
        requirePositive("n", n);
        requirePositive("tableRows", tableRows);
        int channels = dy.channels();
        requireOk("embeddingBackward", BootNative.boot_embedding_backward(
                context(), n, tableRows, channels,
                address("labels", labels, n),
                address("dy", dy, n, channels), stride(dy),
                address("dTable", dTable, (long) tableRows * channels),
                accumulate ? 1 : 0));
    }

    @Override
    default void divideSamples(int n, int pixels, Tensor x, Slice divisor, Tensor base, Tensor y) {
        requirePositive("n", n);
        requirePositive("pixels", pixels);
        long rows = (long) n * pixels;
        int channels = y.channels();
        requireOk("divideSamples", BootNative.boot_divide_samples(
                context(), n, pixels, channels,
                address("x", x, rows, channels), stride(x),
                address("divisor", divisor, n),
                optional("base", base, rows, channels), stride(base),
                address("y", y, rows, channels), stride(y)));
    }
}
