package io.bootdistill.selftest;

import static io.bootdistill.selftest.Operand.Role.DERIVED;
import static io.bootdistill.selftest.Operand.Role.INPUT;
import static io.bootdistill.selftest.Operand.Role.OUTPUT;
import static io.bootdistill.selftest.Operand.Role.UPDATED;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Linear;
import java.util.ArrayList;
import java.util.List;

/** Cases of the linear layer. */
final class LinearCases {

    private static final int[][] SHAPES = { // n, rows per sample, in, out
        {1, 1, 1, 1}, {2, 1, 1, 2}, {1, 2, 2, 1}, {3, 1, 5, 7}, {2, 5, 7, 13}, {1, 13, 17, 5}, {5, 3, 3, 4}, {1, 4, 4, 6},
        {2, 3, 6, 8}, {1, 6, 8, 16}, {7, 1, 15, 17}, {1, 7, 16, 15}, {2, 16, 9, 31}, {1, 17, 33, 32}, {1, 15, 32, 1},
        {64, 1, 32, 128}, {2, 49, 128, 64}, {1, 64, 256, 256}, {3, 20, 130, 66}, {1, 6, 500, 16},
    };

    private LinearCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        for (int i = 0; i < SHAPES.length; i++) {
            int[] s = SHAPES[i];
            Linear linear = new Linear(s[2], s[3]);
            boolean strided = i % 2 == 1;
            cases.add(forward(s[0], s[1], linear, i % 3 != 1, Addend.turn(i), i % 4 < 2, strided));
            cases.add(backwardInput(s[0], s[1], linear, Addend.turn(i), strided));
            cases.add(backwardWeights(s[0], s[1], linear, i % 3 != 1, i % 4 < 2, strided));
        }
        Linear linear = new Linear(10, 9); // every option
        for (Addend addend : Addend.values()) {
            for (boolean strided : new boolean[] {false, true}) {
                cases.add(backwardInput(2, 7, linear, addend, strided));
                for (boolean bias : new boolean[] {false, true}) {
                    cases.add(forward(2, 7, linear, bias, addend, strided, strided));
                    if (addend == Addend.NONE) {
                        cases.add(backwardWeights(2, 7, linear, bias, false, strided));
                        cases.add(backwardWeights(2, 7, linear, bias, true, strided));
                    }
                }
            }
        }
        for (Linear large : List.of(new Linear(40, 2100), new Linear(2100, 40))) { // more than is packed at once
            cases.add(forward(1, 27, large, true, Addend.NONE, false, false));
            cases.add(backwardInput(1, 27, large, Addend.NONE, false));
        }
        for (int i = 0; i < 6; i++) {
            Linear unprepared = new Linear(13 << i, 400 >> i);
            cases.add(forward(2, 14, unprepared, i % 2 == 0, Addend.turn(i), false, i % 2 == 1).unprepared());
            cases.add(backwardInput(2, 14, unprepared, Addend.turn(i), i % 2 == 1).unprepared());
        }
        return cases;
    }

    /** The linear layers of the bundled teacher, and some of larger networks. */
    static List<OperationCase> network() {
        int[][] shapes = { // n, rows per sample, in, out
            {8, 1, 32, 128}, {8, 1, 128, 128}, {8, 1, 128, 608}, {8, 256, 96, 32}, {8, 256, 64, 32}, {8, 64, 32, 64},
            {8, 64, 128, 64}, {8, 64, 96, 64}, {8, 64, 64, 192}, {8, 64, 64, 64}, {8, 16, 128, 64}, {8, 16, 64, 192},
            {8, 16, 64, 64}, {8, 256, 256, 768}, {8, 64, 512, 512},
        };
        List<OperationCase> cases = new ArrayList<>();
        for (int[] s : shapes) {
            Linear linear = new Linear(s[2], s[3]);
            cases.add(forward(s[0], s[1], linear, true, Addend.NONE, true, false));
            cases.add(backwardInput(s[0], s[1], linear, Addend.NONE, false));
            cases.add(backwardWeights(s[0], s[1], linear, true, true, false));
        }
        Linear keysAndValues = new Linear(768, 640); // of a prompt's tokens
        cases.add(forward(8, 77, keysAndValues, false, Addend.NONE, true, false));
        cases.add(backwardInput(8, 77, keysAndValues, Addend.NONE, false));
        cases.add(backwardWeights(8, 77, keysAndValues, false, true, false));
        return cases;
    }

    /** A forward pass of n samples with {@code rows} rows each. */
    static OperationCase forward(
            int n, int rows, Linear linear, boolean bias, Addend residual, boolean gradient, boolean strided) {
        String options = (bias ? " bias" : "") + residual.describe("residual") + (gradient ? " gradient" : "");
        OperationCase operation = OperationCase.of(Kernel.LINEAR_FORWARD, describe(n, rows, linear) + options, n, strided)
                .tensor(INPUT, "x", rows, linear.in())
                .weights(linear, gradient);
        if (bias) {
            operation.shared(INPUT, "bias", linear.out());
        }
        return operation.sum("y", residual, "residual", rows, linear.out())
                .length(linear.in())
                .flops(Arithmetic.of((long) n * rows, linear))
                .calls((k, o) -> k.linearForward((long) o.n() * rows, linear, o.tensor("x"), o.weights(), o.slice("bias"),
                        residual.of(o, "residual", "y"), o.tensor("y")));
    }

    /** The gradient of the input. */
    static OperationCase backwardInput(int n, int rows, Linear linear, Addend base, boolean strided) {
        return OperationCase.of(Kernel.LINEAR_BACKWARD_INPUT, describe(n, rows, linear) + base.describe("base"), n, strided)
                .tensor(INPUT, "dy", rows, linear.out())
                .weights(linear, true)
                .sum("dx", base, "base", rows, linear.in())
                .length(linear.out())
                .flops(Arithmetic.of((long) n * rows, linear))
                .calls((k, o) -> k.linearBackwardInput((long) o.n() * rows, linear, o.tensor("dy"), o.weights(),
                        base.of(o, "base", "dx"), o.tensor("dx")))
                .tensor(INPUT, "x", rows, linear.in())
                .tensor(DERIVED, "y", rows, linear.out())
                .differentiates((k, o) -> k.linearForward((long) o.n() * rows, linear, o.tensor("x"), o.weights(), null,
                        null, o.tensor("y")), "x");
    }

    /** The gradients of weights and bias. */
    static OperationCase backwardWeights(
            int n, int rows, Linear linear, boolean bias, boolean accumulate, boolean strided) {
        String options = (bias ? " bias" : "") + (accumulate ? " accumulate" : "");
        OperationCase operation = OperationCase.of(Kernel.LINEAR_BACKWARD_WEIGHTS, describe(n, rows, linear) + options, n, strided)
                .tensor(INPUT, "x", rows, linear.in())
                .tensor(INPUT, "dy", rows, linear.out())
                .shared(accumulate ? UPDATED : OUTPUT, "dWeights", linear.weights())
                .weights(linear, false)
                .tensor(DERIVED, "y", rows, linear.out());
        if (bias) {
            operation.shared(INPUT, "bias", linear.out())
                    .shared(accumulate ? UPDATED : OUTPUT, "dBias", linear.out());
        }
        return operation.length(n * rows)
                .flops(Arithmetic.of((long) n * rows, linear))
                .calls((k, o) -> k.linearBackwardWeights((long) o.n() * rows, linear, o.tensor("x"), o.tensor("dy"),
                        o.slice("dWeights"), o.slice("dBias"), accumulate))
                .differentiates((k, o) -> k.linearForward((long) o.n() * rows, linear, o.tensor("x"), o.weights(),
                        o.slice("bias"), null, o.tensor("y")), "weights", "bias");
    }

    private static String describe(int n, int rows, Linear linear) {
        return n + "×" + rows + " " + linear.in() + "→" + linear.out();
    }
}
