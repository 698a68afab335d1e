package io.bootdistill.selftest;

import static io.bootdistill.selftest.Operand.Role.DERIVED;
import static io.bootdistill.selftest.Operand.Role.INPUT;
import static io.bootdistill.selftest.Operand.Role.OUTPUT;

import io.bootdistill.device.Kernel;
import java.util.ArrayList;
import java.util.List;

/** Cases of gates and of sums over the rows of a sample. */
final class RowCases {

    private static final int[][] SHAPES = { // n, pixels, channels
        {1, 1, 1}, {2, 1, 2}, {3, 35, 5}, {1, 16, 16}, {2, 17, 15}, {2, 64, 3}, {5, 7, 33}, {2, 63, 65}, {1, 300, 17},
        {2, 77, 130},
    };

    private RowCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        for (int i = 0; i < SHAPES.length; i++) {
            int[] s = SHAPES[i];
            for (Addend addend : Addend.values()) {
                boolean strided = (i + addend.ordinal()) % 2 == 1;
                cases.add(gateForward(s[0], s[1], s[2], addend, strided));
                cases.add(gateBackward(s[0], s[1], s[2], addend, strided));
                cases.add(gateTangent(s[0], s[1], s[2], addend, strided));
                cases.add(sumRowsBackward(s[0], s[1], s[2], addend, strided));
            }
            cases.add(sumRowsForward(s[0], s[1], s[2], i % 2 == 1));
        }
        return cases;
    }

    /** Those of a transformer in the latent space, and of one over the states of a text. */
    static List<OperationCase> network() {
        return List.of(
                gateForward(8, 64, 768, Addend.OTHER, false),
                gateBackward(8, 64, 768, Addend.NONE, false),
                gateTangent(8, 64, 768, Addend.OTHER, false),
                sumRowsForward(8, 64, 768, false),
                sumRowsBackward(8, 64, 768, Addend.OUTPUT, false));
    }

    /** A gate. */
    static OperationCase gateForward(int n, int pixels, int channels, Addend residual, boolean strided) {
        return OperationCase.of(Kernel.GATE_FORWARD, describe(n, pixels, channels, residual, "residual"), n, strided)
                .tensor(INPUT, "x", pixels, channels)
                .tensor(INPUT, "gate", 1, channels)
                .sum("y", residual, "residual", pixels, channels)
                .cancelling(1) // of a few elements, the residual may cancel what is added to it
                .calls((k, o) -> k.gateForward(o.n(), pixels, o.tensor("x"), o.tensor("gate"),
                        residual.of(o, "residual", "y"), o.tensor("y")));
    }

    /** Its gradients. */
    static OperationCase gateBackward(int n, int pixels, int channels, Addend base, boolean strided) {
        return OperationCase.of(Kernel.GATE_BACKWARD, describe(n, pixels, channels, base, "base"), n, strided)
                .tensor(INPUT, "x", pixels, channels)
                .tensor(INPUT, "gate", 1, channels)
                .tensor(INPUT, "dy", pixels, channels)
                .sum("dx", base, "base", pixels, channels)
                .tensor(OUTPUT, "dGate", 1, channels)
                .length(pixels)
                .cancelling(1)
                .calls((k, o) -> k.gateBackward(o.n(), pixels, o.tensor("x"), o.tensor("gate"), o.tensor("dy"),
                        base.of(o, "base", "dx"), o.tensor("dx"), o.tensor("dGate")))
                .tensor(DERIVED, "y", pixels, channels)
                .differentiates((k, o) -> k.gateForward(o.n(), pixels, o.tensor("x"), o.tensor("gate"), null, o.tensor("y")),
                        "x", "gate");
    }

    /** Forward mode. */
    static OperationCase gateTangent(int n, int pixels, int channels, Addend residual, boolean strided) {
        String description = describe(n, pixels, channels, residual, "residualTangent");
        OperationCase operation = OperationCase.of(Kernel.GATE_TANGENT, description, n, strided)
                .tensor(INPUT, "x", pixels, channels)
                .tensor(INPUT, "gate", 1, channels)
                .tensor(INPUT, "xTangent", pixels, channels)
                .tensor(INPUT, "gateTangent", 1, channels)
                .sum("yTangent", residual, "residualTangent", pixels, channels)
                .length(3) // terms
                .cancelling(1)
                .calls((k, o) -> k.gateTangent(o.n(), pixels, o.tensor("x"), o.tensor("gate"), o.tensor("xTangent"),
                        o.tensor("gateTangent"), residual.of(o, "residualTangent", "yTangent"), o.tensor("yTangent")));
        if (residual == Addend.OUTPUT) {
            return operation; // what it is added to is gone when a difference could be taken
        }
        if (residual == Addend.OTHER) {
            operation.tensor(INPUT, "residual", pixels, channels);
        }
        return operation.tensor(DERIVED, "y", pixels, channels)
                .moves((k, o) -> k.gateForward(
                        o.n(), pixels, o.tensor("x"), o.tensor("gate"), o.tensor("residual"), o.tensor("y")),
                        "x", "gate", "residual");
    }

    /** The mean of the rows. */
    static OperationCase sumRowsForward(int n, int pixels, int channels, boolean strided) {
        return OperationCase.of(Kernel.SUM_ROWS_FORWARD, n + "×" + pixels + "×" + channels, n, strided)
                .tensor(INPUT, "x", pixels, channels)
                .tensor(OUTPUT, "y", 1, channels)
                .length(pixels)
                .cancelling(1 / Math.sqrt(pixels)) // one element may be far smaller than the root mean square of its kind
                .calls((k, o) -> k.sumRowsForward(o.n(), pixels, 1f / pixels, o.tensor("x"), o.tensor("y")));
    }

    /** Its gradient. */
    static OperationCase sumRowsBackward(int n, int pixels, int channels, Addend base, boolean strided) {
        return OperationCase.of(Kernel.SUM_ROWS_BACKWARD, describe(n, pixels, channels, base, "base"), n, strided)
                .tensor(INPUT, "dy", 1, channels)
                .sum("dx", base, "base", pixels, channels)
                .cancelling(base == Addend.NONE ? 0 : 1)
                .calls((k, o) -> k.sumRowsBackward(
                        o.n(), pixels, 1f / pixels, o.tensor("dy"), base.of(o, "base", "dx"), o.tensor("dx")))
                .tensor(INPUT, "x", pixels, channels)
                .tensor(DERIVED, "y", 1, channels)
                .differentiates((k, o) -> k.sumRowsForward(o.n(), pixels, 1f / pixels, o.tensor("x"), o.tensor("y")), "x");
    }

    private static String describe(int n, int pixels, int channels, Addend addend, String name) {
        return n + "×" + pixels + "×" + channels + addend.describe(name);
    }
}
