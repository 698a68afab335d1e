package io.bootdistill.selftest;

import static io.bootdistill.selftest.Operand.Role.DERIVED;
import static io.bootdistill.selftest.Operand.Role.INPUT;
import static io.bootdistill.selftest.Operand.Role.OUTPUT;
import static io.bootdistill.selftest.Operand.Role.UPDATED;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Philox;
import io.bootdistill.device.TimeEmbedding;
import io.bootdistill.selftest.Operand.Values;
import java.util.ArrayList;
import java.util.List;

/** Cases of the embeddings and of the division per sample. */
final class EmbeddingCases {

    private static final int[][] TABLES = { // n, table rows, channels
        {1, 1, 1}, {2, 1, 5}, {7, 3, 2}, {13, 10, 16}, {5, 11, 17}, {64, 10, 128}, {3, 1001, 64}, {154, 97, 24},
    };
    private static final int[][] DIVISIONS = { // n, pixels, channels
        {1, 1, 1}, {2, 1, 2}, {3, 35, 5}, {1, 16, 16}, {2, 17, 15}, {2, 64, 3},
    };

    private EmbeddingCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        for (int half : new int[] {1, 2, 7, 8, 13, 16, 17, 64, 128}) {
            for (int option = 0; option < 4; option++) {
                TimeEmbedding embedding = new TimeEmbedding(half, option % 2 == 1, option / 2 == 1);
                cases.add(timeEmbedding(1 + half % 5, embedding, (half + option) % 3 == 0));
                cases.add(timeEmbeddingTangent(1 + half % 5, embedding, (half + option) % 3 == 0));
            }
        }
        for (int i = 0; i < TABLES.length; i++) {
            int[] s = TABLES[i];
            boolean strided = i % 2 == 1;
            for (Addend x : Addend.values()) {
                cases.add(embeddingForward(s[0], s[1], s[2], x, strided));
            }
            cases.add(embeddingBackward(s[0], s[1], s[2], false, strided));
            cases.add(embeddingBackward(s[0], s[1], s[2], true, !strided));
        }
        for (int i = 0; i < DIVISIONS.length; i++) {
            int[] s = DIVISIONS[i];
            for (Addend base : Addend.values()) {
                cases.add(divideSamples(s[0], s[1], s[2], base, (i + base.ordinal()) % 2 == 1));
            }
        }
        return cases;
    }

    /** The embeddings of the bundled teacher and of eight texts, and a division of images. */
    static List<OperationCase> network() {
        return List.of(
                timeEmbedding(8, new TimeEmbedding(16, false, true), false),
                timeEmbeddingTangent(8, new TimeEmbedding(16, false, true), false),
                embeddingForward(8, 11, 128, Addend.OUTPUT, false),
                embeddingBackward(8, 11, 128, true, false),
                embeddingForward(8 * 77, 4096, 768, Addend.NONE, false), // of text; a vocabulary has 49408 rows
                embeddingBackward(8 * 77, 4096, 768, true, false),
                divideSamples(8, 256, 1, Addend.NONE, false));
    }

    /** The embedding of real-valued indices up to 999, or of noise levels. */
    static OperationCase timeEmbedding(int n, TimeEmbedding embedding, boolean strided) {
        return timeEmbedding(Kernel.TIME_EMBEDDING, n, embedding, strided)
                .tensor(OUTPUT, "y", 1, embedding.channels())
                .calls((k, o) -> k.timeEmbedding(o.n(), embedding, o.slice("t"), o.slice("frequencies"), o.tensor("y")));
    }

    /** Forward mode. A difference would meet the rounded angles: the reference device's unit test has the formula. */
    static OperationCase timeEmbeddingTangent(int n, TimeEmbedding embedding, boolean strided) {
        return timeEmbedding(Kernel.TIME_EMBEDDING_TANGENT, n, embedding, strided)
                .perSample(INPUT, "tTangent", 1, Philox::normal)
                .tensor(OUTPUT, "yTangent", 1, embedding.channels())
                .length(4) // factors, each rounded
                .calls((k, o) -> k.timeEmbeddingTangent(o.n(), embedding, o.slice("t"), o.slice("frequencies"),
                        o.slice("tTangent"), o.tensor("yTangent")));
    }

    private static OperationCase timeEmbedding(Kernel operation, int n, TimeEmbedding embedding, boolean strided) {
        int half = embedding.half();
        Values times = (seed, draw, i) -> (float) (Philox.uniform(seed, draw, i) * (embedding.fourier() ? 80 : 999) + 0.01);
        Values frequencies = embedding.fourier()
                ? (seed, draw, i) -> 16 * Philox.normal(seed, draw, i)
                : (seed, draw, i) -> (float) Math.exp(-Math.log(10_000) * i / half);
        String description = n + "×" + half + (embedding.fourier() ? " fourier" : " positional")
                + (embedding.cosineFirst() ? " cosine first" : "");
        return OperationCase.of(operation, description, n, strided)
                .perSample(INPUT, "t", 1, times)
                .shared(INPUT, "frequencies", half, frequencies);
    }

    /** Labels from a table, with repetitions. */
    static OperationCase embeddingForward(int n, int tableRows, int channels, Addend x, boolean strided) {
        String description = n + " of " + tableRows + "×" + channels + x.describe("x");
        return OperationCase.of(Kernel.EMBEDDING_FORWARD, description, n, strided)
                .perSample(INPUT, "labels", 1, labels(tableRows))
                .shared(INPUT, "table", (long) tableRows * channels)
                .sum("y", x, "x", 1, channels)
                .calls((k, o) -> k.embeddingForward(
                        o.n(), tableRows, o.slice("labels"), o.slice("table"), x.of(o, "x", "y"), o.tensor("y")));
    }

    /** The gradient of the table. */
    static OperationCase embeddingBackward(
            int n, int tableRows, int channels, boolean accumulate, boolean strided) {
        String description = n + " of " + tableRows + "×" + channels + (accumulate ? " accumulate" : "");
        return OperationCase.of(Kernel.EMBEDDING_BACKWARD, description, n, strided)
                .perSample(INPUT, "labels", 1, labels(tableRows))
                .tensor(INPUT, "dy", 1, channels)
                .shared(accumulate ? UPDATED : OUTPUT, "dTable", (long) tableRows * channels)
                .length(n)
                .calls((k, o) -> k.embeddingBackward(
                        o.n(), tableRows, o.slice("labels"), o.tensor("dy"), o.slice("dTable"), accumulate))
                .shared(INPUT, "table", (long) tableRows * channels)
                .tensor(DERIVED, "y", 1, channels)
                .differentiates((k, o) -> k.embeddingForward(
                        o.n(), tableRows, o.slice("labels"), o.slice("table"), null, o.tensor("y")), "table");
    }

    /** The division, which is its own gradient. */
    static OperationCase divideSamples(int n, int pixels, int channels, Addend base, boolean strided) {
        String description = n + "×" + pixels + "×" + channels + base.describe("base");
        return OperationCase.of(Kernel.DIVIDE_SAMPLES, description, n, strided)
                .tensor(INPUT, "x", pixels, channels)
                .perSample(INPUT, "divisor", 1, (seed, draw, i) -> 0.1f + (float) Philox.uniform(seed, draw, i))
                .sum("y", base, "base", pixels, channels)
                .length(2)
                .calls((k, o) -> k.divideSamples(
                        o.n(), pixels, o.tensor("x"), o.slice("divisor"), base.of(o, "base", "y"), o.tensor("y")));
    }

    private static Values labels(int tableRows) {
        return (seed, draw, i) -> (float) (int) (Philox.uniform(seed, draw, i) * tableRows);
    }
}
