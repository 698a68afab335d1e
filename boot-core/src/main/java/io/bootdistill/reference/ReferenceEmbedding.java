package io.bootdistill.reference;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.device.TimeEmbedding;

/** Embeddings of times and labels, and the division by a number per sample. */
interface ReferenceEmbedding extends Kernels {

    @Override
    default void timeEmbedding(
            int n, TimeEmbedding embedding, Slice tSlice, Slice frequenciesSlice, Tensor yTensor) {
        Matrix t = Matrix.of("t", tSlice, n, 1);
        Matrix frequencies = Matrix.of("frequencies", frequenciesSlice, 1, embedding.half());
        Matrix y = Matrix.of("y", yTensor, n, embedding.channels());
        int sines = embedding.cosineFirst() ? embedding.half() : 0;
        int cosines = embedding.half() - sines;
        for (int sample = 0; sample < n; sample++) {
            for (int i = 0; i < embedding.half(); i++) {
                float angle = angle(embedding, (float) t.get(sample, 0), (float) frequencies.get(0, i));
                y.set(sample, sines + i, Math.sin(angle));
                y.set(sample, cosines + i, Math.cos(angle));
            }
        }
    }

    @Override
    default void timeEmbeddingTangent(
            int n, TimeEmbedding embedding, Slice tSlice, Slice frequenciesSlice, Slice tTangentSlice, Tensor yTangentTensor) {
        Matrix t = Matrix.of("t", tSlice, n, 1);
        Matrix frequencies = Matrix.of("frequencies", frequenciesSlice, 1, embedding.half());
        Matrix tTangent = Matrix.of("tTangent", tTangentSlice, n, 1);
        Matrix yTangent = Matrix.of("yTangent", yTangentTensor, n, embedding.channels());
        int sines = embedding.cosineFirst() ? embedding.half() : 0;
        int cosines = embedding.half() - sines;
        for (int sample = 0; sample < n; sample++) {
            double factor = embedding.fourier() ? 2 * Math.PI / t.get(sample, 0) : 1;
            for (int i = 0; i < embedding.half(); i++) {
                float angle = angle(embedding, (float) t.get(sample, 0), (float) frequencies.get(0, i));
                double speed = factor * frequencies.get(0, i) * tTangent.get(sample, 0);
                yTangent.set(sample, sines + i, Math.cos(angle) * speed);
                yTangent.set(sample, cosines + i, -Math.sin(angle) * speed);
            }
        }
    }

    /** Float32 on purpose: see {@link TimeEmbedding}. */
    private static float angle(TimeEmbedding embedding, float t, float frequency) {
        return embedding.fourier() ? (float) Math.log(t) * frequency * 2f * (float) Math.PI : t * frequency;
    }

    @Override
    default void embeddingForward(
            int n, int tableRows, Slice labelsSlice, Slice tableSlice, Tensor xTensor, Tensor yTensor) {
        int channels = yTensor.channels();
        Matrix labels = Matrix.of("labels", labelsSlice, n, 1);
        Matrix table = Matrix.of("table", tableSlice, tableRows, channels);
        Matrix x = Matrix.optional("x", xTensor, n, channels);
        Matrix y = Matrix.of("y", yTensor, n, channels);
        for (int sample = 0; sample < n; sample++) {
            int row = row(labels.get(sample, 0), tableRows);
            for (int c = 0; c < channels; c++) {
                y.set(sample, c, row < 0 ? Double.NaN : Matrix.orZero(x, sample, c) + table.get(row, c));
            }
        }
    }

    /** The row that a label names, or -1. */
    private static int row(double label, int tableRows) {
        return label >= 0 && label < tableRows ? (int) label : -1;
    }

    @Override
    default void embeddingBackward(
            int n, int tableRows, Slice labelsSlice, Tensor dyTensor, Slice dTableSlice, boolean accumulate) {
        int channels = dyTensor.channels();
        Matrix labels = Matrix.of("labels", labelsSlice, n, 1);
        Matrix dy = Matrix.of("dy", dyTensor, n, channels);
        Matrix dTable = Matrix.of("dTable", dTableSlice, tableRows, channels);
        if (!accumulate) {
            dTable.fill(0);
        }
        for (int sample = 0; sample < n; sample++) {
            int row = row(labels.get(sample, 0), tableRows);
            for (int c = 0; row >= 0 && c < channels; c++) {
                dTable.add(row, c, dy.get(sample, c));
            }
        }
    }

    @Override
    default void divideSamples(
            int n, int pixels, Tensor xTensor, Slice divisorSlice, Tensor baseTensor, Tensor yTensor) {
        int channels = yTensor.channels();
        Matrix x = Matrix.of("x", xTensor, (long) n * pixels, channels);
        Matrix divisor = Matrix.of("divisor", divisorSlice, n, 1);
        Matrix base = Matrix.optional("base", baseTensor, (long) n * pixels, channels);
        Matrix y = Matrix.of("y", yTensor, (long) n * pixels, channels);
        for (int row = 0; row < y.rows(); row++) {
            for (int c = 0; c < channels; c++) {
                y.set(row, c, Matrix.orZero(base, row, c) + x.get(row, c) / divisor.get(row / pixels, 0));
            }
        }
    }
}
