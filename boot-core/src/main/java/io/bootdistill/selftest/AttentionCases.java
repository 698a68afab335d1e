package io.bootdistill.selftest;

import static io.bootdistill.selftest.Operand.Role.DERIVED;
import static io.bootdistill.selftest.Operand.Role.INPUT;
import static io.bootdistill.selftest.Operand.Role.OUTPUT;

import io.bootdistill.device.Attention;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Philox;
import java.util.ArrayList;
import java.util.List;

/** Cases of attention. */
final class AttentionCases {

    private static final int[][] SHAPES = { // n, queries, keys, heads, head size
        {1, 1, 1, 1, 1}, {2, 1, 2, 1, 1}, {1, 2, 1, 2, 5}, {2, 5, 7, 1, 5}, {3, 7, 5, 3, 5}, {1, 13, 17, 1, 16}, {2, 4, 4, 2, 4},
        {1, 15, 16, 1, 32}, {2, 16, 15, 2, 32}, {1, 17, 17, 4, 8}, {2, 16, 16, 1, 64}, {1, 49, 49, 2, 64}, {1, 64, 64, 1, 8},
        {2, 6, 77, 2, 16}, {1, 8, 8, 16, 1}, {1, 33, 3, 1, 17}, {1, 256, 256, 1, 32}, {1, 9, 130, 1, 6}, {1, 16, 16, 1, 256}, {1, 5, 66, 1, 512},
    };
    private static final int[][] CAUSAL = { // tiles of the keys that no query of a tile sees, and queries that see all keys
        {1, 1, 1, 1, 1}, {2, 2, 2, 1, 3}, {1, 1, 5, 1, 4}, {2, 7, 1, 2, 5}, {2, 13, 13, 2, 8}, {1, 63, 63, 1, 16}, {2, 64, 64, 1, 5},
        {1, 65, 65, 2, 16}, {2, 77, 77, 2, 16}, {1, 70, 200, 1, 8}, {1, 200, 70, 1, 8}, {1, 129, 129, 1, 80}, {1, 193, 193, 1, 7},
    };

    private AttentionCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        for (int i = 0; i < SHAPES.length; i++) {
            int[] s = SHAPES[i];
            Attention attention = new Attention(s[1], s[2], s[3], s[4]);
            addAll(cases, s[0], attention, i % 4 < 2, i % 2 == 1);
        }
        for (int i = 0; i < CAUSAL.length; i++) {
            int[] s = CAUSAL[i];
            addAll(cases, s[0], new Attention(s[1], s[2], s[3], s[4], true), i % 4 == 0, i % 3 == 1);
        }
        Attention attention = new Attention(10, 9, 3, 8); // every option
        for (boolean mask : new boolean[] {false, true}) {
            for (boolean strided : new boolean[] {false, true}) {
                addAll(cases, 3, attention, mask, strided);
            }
        }
        return cases;
    }

    private static void addAll(List<OperationCase> cases, int n, Attention attention, boolean mask, boolean strided) {
        cases.add(forward(n, attention, mask, strided));
        cases.add(backward(n, attention, mask, strided));
        cases.add(tangent(n, attention, mask, strided));
    }

    /** The attention of the bundled teacher, of a larger network, of eight texts, and of the middle of a decoder. */
    static List<OperationCase> network() {
        List<OperationCase> cases = new ArrayList<>();
        for (int[] s : new int[][] {{64, 2, 32}, {16, 2, 32}, {256, 4, 64}}) { // pixels, heads, head size
            Attention attention = new Attention(s[0], s[0], s[1], s[2]);
            addAll(cases, 8, attention, false, false);
        }
        addAll(cases, 8, new Attention(77, 77, 12, 64, true), false, false);
        addAll(cases, 1, new Attention(1024, 1024, 1, 512), false, false);
        return cases;
    }

    /** A forward pass. */
    static OperationCase forward(int n, Attention attention, boolean mask, boolean strided) {
        OperationCase operation = OperationCase.of(Kernel.ATTENTION_FORWARD, describe(n, attention, mask), n, strided);
        addInputs(operation, attention, mask);
        return operation.tensor(OUTPUT, "y", attention.queries(), attention.channels())
                .perSample(OUTPUT, "logSumExp", attention.statistics(), Philox::normal)
                .length(attention.keys() + attention.headSize())
                .flops(Arithmetic.of(n, attention, false))
                .calls((k, o) -> k.attentionForward(o.n(), attention, operands(o)));
    }

    /** A backward pass. */
    static OperationCase backward(int n, Attention attention, boolean mask, boolean strided) {
        OperationCase operation = OperationCase.of(Kernel.ATTENTION_BACKWARD, describe(n, attention, mask), n, strided);
        addInputs(operation, attention, mask);
        return operation
                .tensor(DERIVED, "y", attention.queries(), attention.channels())
                .perSample(DERIVED, "logSumExp", attention.statistics(), Philox::normal)
                .tensor(INPUT, "dy", attention.queries(), attention.channels())
                .tensor(OUTPUT, "dq", attention.queries(), attention.channels())
                .tensor(OUTPUT, "dk", attention.keys(), attention.channels())
                .tensor(OUTPUT, "dv", attention.keys(), attention.channels())
                .length(attention.queries() + attention.keys() + attention.headSize())
                .flops(Arithmetic.of(n, attention, true))
                // The gradient of a softmax over one key is zero as the difference of two scalar products.
                .cancelling(attention.pairs() == attention.queries() ? Math.sqrt(attention.headSize()) : 0)
                .calls((k, o) -> k.attentionBackward(o.n(), attention, operands(o),
                        new Attention.Gradients(o.tensor("dy"), o.tensor("dq"), o.tensor("dk"), o.tensor("dv"))))
                .differentiates((k, o) -> k.attentionForward(o.n(), attention, operands(o)), "q", "k", "v");
    }

    /** Forward mode. */
    static OperationCase tangent(int n, Attention attention, boolean mask, boolean strided) {
        OperationCase operation = OperationCase.of(Kernel.ATTENTION_TANGENT, describe(n, attention, mask), n, strided);
        addInputs(operation, attention, mask);
        return operation
                .tensor(DERIVED, "y", attention.queries(), attention.channels())
                .perSample(DERIVED, "logSumExp", attention.statistics(), Philox::normal)
                .tensor(INPUT, "qTangent", attention.queries(), attention.channels())
                .tensor(INPUT, "kTangent", attention.keys(), attention.channels())
                .tensor(INPUT, "vTangent", attention.keys(), attention.channels())
                .tensor(OUTPUT, "yTangent", attention.queries(), attention.channels())
                .length(attention.keys() + 2 * attention.headSize())
                .flops(Arithmetic.of(n, attention, true))
                .calls((k, o) -> k.attentionTangent(o.n(), attention, operands(o), new Attention.Tangents(
                        o.tensor("qTangent"), o.tensor("kTangent"), o.tensor("vTangent"), o.tensor("yTangent"))))
                .moves((k, o) -> k.attentionForward(o.n(), attention, operands(o)), "q", "k", "v");
    }

    private static Attention.Operands operands(Operands o) {
        return new Attention.Operands(o.tensor("q"), o.tensor("k"), o.tensor("v"), o.slice("mask"), o.tensor("y"),
                o.slice("logSumExp"));
    }

    private static void addInputs(OperationCase operation, Attention attention, boolean mask) {
        operation.tensor(INPUT, "q", attention.queries(), attention.channels())
                .tensor(INPUT, "k", attention.keys(), attention.channels())
                .tensor(INPUT, "v", attention.keys(), attention.channels());
        if (mask) { // a third of the keys excluded, never the first one; some favoured or hindered
            operation.perSample(INPUT, "mask", attention.keys(), (seed, draw, i) -> {
                boolean excluded = i % attention.keys() > 0 && Philox.uniform(seed, draw, i) < 1 / 3.0;
                return excluded ? Float.NEGATIVE_INFINITY : i % 3 == 0 ? 0 : Philox.normal(seed, draw + 1000, i);
            });
        }
    }

    private static String describe(int n, Attention attention, boolean mask) {
        return n + "×" + attention.queries() + " queries " + attention.keys() + " keys heads " + attention.heads() + "×"
                + attention.headSize() + (attention.causal() ? " causal" : "") + (mask ? " mask" : "");
    }
}
