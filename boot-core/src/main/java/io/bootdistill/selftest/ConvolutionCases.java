package io.bootdistill.selftest;

import static io.bootdistill.selftest.Operand.Role.DERIVED;
import static io.bootdistill.selftest.Operand.Role.INPUT;
import static io.bootdistill.selftest.Operand.Role.OUTPUT;
import static io.bootdistill.selftest.Operand.Role.UPDATED;

import io.bootdistill.device.Conv;
import io.bootdistill.device.Kernel;
import java.util.ArrayList;
import java.util.List;

/** Cases of the 3×3 convolution. */
final class ConvolutionCases {

    private record Shape(int n, Conv conv) {}

    private ConvolutionCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        List<Shape> shapes = shapes();
        for (int i = 0; i < shapes.size(); i++) {
            int n = shapes.get(i).n;
            Conv conv = shapes.get(i).conv;
            boolean strided = i % 2 == 1;
            cases.add(forward(n, conv, i % 3 != 0, Addend.turn(i), i % 4 < 2, strided));
            cases.add(backwardInput(n, conv, Addend.turn(i), strided));
            cases.add(backwardWeights(n, conv, i % 3 == 0, i % 4 < 2, strided));
        }
        for (Conv conv : List.of( // each algorithm without a bias
                Conv.same(7, 6, 5, 9), Conv.same(8, 9, 16, 32), Conv.same(8, 5, 9, 1), Conv.halving(4, 6, 16, 16, 1),
                Conv.doubling(3, 5, 8, 16))) {
            cases.add(forward(2, conv, true, Addend.OTHER, false, true, false));
            cases.add(forward(2, conv, false, Addend.NONE, true, false, false));
        }
        for (Conv conv : List.of( // each algorithm without prepared weights
                Conv.same(7, 6, 5, 39), Conv.same(8, 9, 16, 32), Conv.same(8, 5, 9, 3), Conv.same(8, 5, 2, 9),
                Conv.halving(4, 6, 36, 37, 1), Conv.halving(6, 4, 7, 9, 0), Conv.doubling(3, 5, 8, 16))) {
            cases.add(forward(2, conv, true, Addend.OTHER, false, true).unprepared());
            cases.add(backwardInput(2, conv, Addend.OTHER, true).unprepared());
        }
        Conv conv = Conv.same(7, 6, 5, 9); // every option
        for (Addend addend : Addend.values()) {
            for (boolean strided : new boolean[] {false, true}) {
                cases.add(backwardInput(3, conv, addend, strided));
                for (boolean option : new boolean[] {false, true}) {
                    cases.add(forward(3, conv, option, addend, false, strided));
                    cases.add(forward(3, conv, option, addend, true, strided));
                    if (addend == Addend.NONE) {
                        cases.add(backwardWeights(3, conv, option, false, strided));
                        cases.add(backwardWeights(3, conv, option, true, strided));
                    }
                }
            }
        }
        return cases;
    }

    /** The convolutions of the bundled teacher, and some of larger networks. */
    static List<OperationCase> network() {
        int[][] shapes = { // n, size, in, out, upsample, stride
            {8, 16, 1, 32, 1, 1}, {8, 16, 32, 32, 1, 1}, {8, 16, 32, 32, 1, 2}, {8, 8, 64, 64, 2, 1}, {8, 16, 96, 32, 1, 1},
            {8, 16, 64, 64, 1, 1}, {8, 16, 64, 32, 1, 1}, {8, 16, 32, 1, 1, 1}, {8, 8, 32, 64, 1, 1}, {8, 8, 64, 64, 1, 1}, {8, 8, 64, 64, 1, 2},
            {8, 8, 128, 64, 1, 1}, {8, 8, 96, 64, 1, 1}, {8, 4, 64, 64, 1, 1}, {8, 4, 64, 64, 2, 1}, {8, 4, 128, 64, 1, 1},
            {8, 16, 256, 256, 1, 1}, {8, 8, 512, 512, 1, 1},
        };
        List<OperationCase> cases = new ArrayList<>();
        for (int[] s : shapes) {
            Conv conv = new Conv(s[1], s[1], s[2], s[3], s[4], s[5], 1);
            cases.add(forward(s[0], conv, true, Addend.NONE, true, false));
            if (conv.in() > 1) { // no gradient of the image
                cases.add(backwardInput(s[0], conv, Addend.NONE, false));
            }
            cases.add(backwardWeights(s[0], conv, true, true, false));
        }
        return cases;
    }

    private static List<Shape> shapes() {
        List<Shape> shapes = new ArrayList<>();
        int[][] same = { // n, height, width, in, out
            {1, 1, 1, 1, 1}, {2, 1, 2, 2, 1}, {1, 2, 1, 1, 2}, {2, 2, 2, 3, 5}, {3, 5, 7, 5, 3}, {2, 13, 5, 7, 13},
            {1, 17, 17, 1, 4}, {2, 3, 3, 4, 8}, {1, 4, 4, 8, 4}, {2, 5, 5, 3, 16}, {1, 6, 6, 16, 6}, {2, 7, 8, 15, 17},
            {1, 8, 9, 17, 16}, {1, 16, 15, 6, 7}, {3, 4, 8, 9, 1}, {2, 16, 16, 1, 32}, {1, 12, 20, 32, 33}, {1, 9, 1, 6, 5},
            {1, 1, 11, 8, 12}, {2, 4, 4, 128, 128}, {1, 8, 8, 128, 64}, {2, 2, 2, 256, 256}, {1, 8, 6, 65, 130},
        };
        for (int[] s : same) {
            shapes.add(new Shape(s[0], Conv.same(s[1], s[2], s[3], s[4])));
        }
        int[][] halving = {
            {1, 2, 2, 1, 1}, {2, 4, 6, 3, 5}, {3, 2, 8, 5, 2}, {1, 10, 14, 7, 13}, {2, 8, 8, 16, 17}, {1, 16, 16, 8, 6},
            {1, 6, 34, 4, 32}, {2, 4, 4, 128, 128},
        };
        for (int[] s : halving) {
            for (int padding = 0; padding < 2; padding++) {
                shapes.add(new Shape(s[0], Conv.halving(s[1], s[2], s[3], s[4], padding)));
            }
        }
        int[][] doubling = {
            {1, 1, 1, 1, 1}, {2, 1, 3, 2, 5}, {3, 2, 2, 5, 3}, {2, 5, 7, 8, 4}, {1, 3, 4, 17, 33}, {2, 4, 4, 32, 16},
            {1, 8, 5, 7, 65}, {2, 2, 2, 130, 128}, {5, 6, 6, 64, 40},
        };
        for (int[] s : doubling) {
            shapes.add(new Shape(s[0], Conv.doubling(s[1], s[2], s[3], s[4])));
        }
        return shapes;
    }

    /** A forward pass. */
    static OperationCase forward(
            int n, Conv conv, boolean shift, Addend residual, boolean gradient, boolean strided) {
        return forward(n, conv, shift, residual, gradient, strided, true);
    }

    private static OperationCase forward(
            int n, Conv conv, boolean shift, Addend residual, boolean gradient, boolean strided, boolean bias) {
        String options = (bias ? "" : " no bias") + (shift ? " shift" : "") + residual.describe("residual")
                + (gradient ? " gradient" : "");
        OperationCase operation = OperationCase.of(Kernel.CONV_FORWARD, describe(n, conv) + options, n, strided)
                .tensor(INPUT, "x", conv.pixels(), conv.in())
                .weights(conv, gradient);
        if (bias) {
            operation.shared(INPUT, "bias", conv.out());
        }
        if (shift) {
            operation.tensor(INPUT, "shift", 1, conv.out());
        }
        return operation.sum("y", residual, "residual", conv.outPixels(), conv.out())
                .length(9 * conv.in())
                .flops(Arithmetic.of(n, conv))
                .calls((k, o) -> k.convForward(o.n(), conv, o.tensor("x"), o.weights(), o.slice("bias"), o.tensor("shift"),
                        residual.of(o, "residual", "y"), o.tensor("y")));
    }

    /** The gradient of the input. */
    static OperationCase backwardInput(int n, Conv conv, Addend base, boolean strided) {
        return OperationCase.of(Kernel.CONV_BACKWARD_INPUT, describe(n, conv) + base.describe("base"), n, strided)
                .tensor(INPUT, "dy", conv.outPixels(), conv.out())
                .weights(conv, true)
                .sum("dx", base, "base", conv.pixels(), conv.in())
                .length(9 * conv.out())
                .flops(Arithmetic.of(n, conv))
                .calls((k, o) -> k.convBackwardInput(
                        o.n(), conv, o.tensor("dy"), o.weights(), base.of(o, "base", "dx"), o.tensor("dx")))
                .tensor(INPUT, "x", conv.pixels(), conv.in())
                .shared(INPUT, "bias", conv.out())
                .tensor(DERIVED, "y", conv.outPixels(), conv.out())
                .differentiates((k, o) -> k.convForward(o.n(), conv, o.tensor("x"), o.weights(), o.slice("bias"), null,
                        null, o.tensor("y")), "x");
    }

    /** The gradients of weights, bias and time shift. */
    static OperationCase backwardWeights(int n, Conv conv, boolean shift, boolean accumulate, boolean strided) {
        String options = (shift ? " shift" : "") + (accumulate ? " accumulate" : "");
        OperationCase operation = OperationCase.of(Kernel.CONV_BACKWARD_WEIGHTS, describe(n, conv) + options, n, strided)
                .tensor(INPUT, "x", conv.pixels(), conv.in())
                .tensor(INPUT, "dy", conv.outPixels(), conv.out())
                .shared(accumulate ? UPDATED : OUTPUT, "dWeights", conv.weights())
                .shared(accumulate ? UPDATED : OUTPUT, "dBias", conv.out())
                .weights(conv, false)
                .shared(INPUT, "bias", conv.out())
                .tensor(DERIVED, "y", conv.outPixels(), conv.out());
        if (shift) {
            operation.tensor(INPUT, "shift", 1, conv.out()).tensor(OUTPUT, "dShift", 1, conv.out());
        }
        return operation.length(n * conv.outPixels())
                .flops(Arithmetic.of(n, conv))
                .calls((k, o) -> k.convBackwardWeights(o.n(), conv,
                        new Conv.Gradients(o.tensor("x"), o.tensor("dy"), o.tensor("dShift")), o.slice("dWeights"),
                        o.slice("dBias"), accumulate))
                .differentiates((k, o) -> k.convForward(o.n(), conv, o.tensor("x"), o.weights(), o.slice("bias"),
                        o.tensor("shift"), null, o.tensor("y")), "weights", "bias", "shift");
    }

    private static String describe(int n, Conv conv) {
        return n + "×" + conv.height() + "×" + conv.width() + " " + conv.in() + "→" + conv.out()
                + (conv.upsample() == 2 ? " upsampled" : "")
                + (conv.stride() == 2 ? " stride 2 padding " + conv.padding() : "");
    }
}
