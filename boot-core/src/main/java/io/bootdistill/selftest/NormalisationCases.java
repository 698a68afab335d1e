package io.bootdistill.selftest;

import static io.bootdistill.device.Activation.NONE;
import static io.bootdistill.device.Activation.SILU;
import static io.bootdistill.selftest.Operand.Role.DERIVED;
import static io.bootdistill.selftest.Operand.Role.INPUT;
import static io.bootdistill.selftest.Operand.Role.OUTPUT;
import static io.bootdistill.selftest.Operand.Role.UPDATED;

import io.bootdistill.device.Activation;
import io.bootdistill.device.GroupNorm;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Philox;
import java.util.ArrayList;
import java.util.List;

/** Cases of group normalisation. */
final class NormalisationCases {

    private static final int[][] NORM_SHAPES = { // n, pixels, channels, groups
        {1, 1, 1, 1}, {2, 1, 2, 1}, {1, 2, 2, 2}, {2, 5, 3, 1}, {3, 7, 5, 5}, {1, 13, 6, 3}, {2, 17, 4, 2}, {1, 16, 7, 1},
        {2, 3, 8, 4}, {1, 4, 16, 4}, {2, 15, 17, 17}, {1, 6, 15, 5}, {3, 8, 32, 32}, {1, 49, 32, 8}, {2, 64, 128, 32},
        {1, 16, 256, 32}, {1, 256, 12, 2}, {1, 1000, 3, 1},
    };

    private NormalisationCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        for (int i = 0; i < NORM_SHAPES.length; i++) {
            int[] s = NORM_SHAPES[i];
            GroupNorm norm = new GroupNorm(s[1], s[2], s[3], i % 2 == 0 ? 1e-5f : 1e-3f, i % 3 != 2 ? SILU : NONE);
            boolean strided = i % 2 == 1;
            cases.add(forward(s[0], norm, i % 4 < 2, 0, strided));
            cases.add(backward(s[0], norm, i % 4 < 2, Addend.turn(i), i % 5 < 2, strided));
            cases.add(tangent(s[0], norm, i % 4 < 2, strided));
        }
        for (Activation activation : Activation.values()) { // every option
            GroupNorm norm = new GroupNorm(9, 10, 5, 1e-6f, activation);
            for (boolean modulated : new boolean[] {false, true}) {
                for (boolean strided : new boolean[] {false, true}) {
                    cases.add(forward(3, norm, modulated, 0, strided));
                    cases.add(tangent(3, norm, modulated, strided));
                    for (Addend base : Addend.values()) {
                        cases.add(backward(3, norm, modulated, base, activation != NONE, strided));
                    }
                }
            }
        }
        // A mean far above the deviation: the variance must not be taken as a difference of large numbers.
        cases.add(forward(2, new GroupNorm(64, 8, 2, 1e-5f, NONE), false, 100, false));
        return cases;
    }

    /** The normalisations of the bundled teacher, and of a larger network. */
    static List<OperationCase> network() {
        int[][] shapes = { // pixels, channels, groups, activation
            {256, 32, 8, 1}, {256, 64, 8, 1}, {256, 96, 8, 1}, {64, 32, 8, 1}, {64, 64, 8, 0}, {64, 64, 8, 1}, {64, 96, 8, 1},
            {64, 128, 8, 1}, {16, 64, 8, 0}, {16, 64, 8, 1}, {16, 128, 8, 1}, {256, 256, 32, 1}, {64, 512, 32, 1}, {64, 768, 32, 2},
        };
        List<OperationCase> cases = new ArrayList<>();
        for (int[] s : shapes) {
            GroupNorm norm = new GroupNorm(s[0], s[1], s[2], 1e-5f, Activation.values()[s[3]]);
            cases.add(forward(8, norm, false, 0, false));
            cases.add(backward(8, norm, false, Addend.NONE, true, false));
            cases.add(tangent(8, norm, false, false));
        }
        return cases;
    }

    /**
     * A forward pass.
     *
     * @param modulated whether scale and shift are given
     * @param mean added to x
     */
    static OperationCase forward(int n, GroupNorm norm, boolean modulated, int mean, boolean strided) {
        String description = describe(n, norm, modulated) + (mean == 0 ? "" : " mean " + mean);
        OperationCase operation = OperationCase.of(Kernel.GROUP_NORM_FORWARD, description, n, strided)
                .tensor(INPUT, "x", norm.pixels(), norm.channels(), (seed, draw, i) -> mean + Philox.normal(seed, draw, i))
                .shared(INPUT, "gamma", norm.channels())
                .shared(INPUT, "beta", norm.channels());
        if (modulated) {
            operation.tensor(INPUT, "scale", 1, norm.channels()).tensor(INPUT, "shift", 1, norm.channels());
        }
        return operation
                .perSample(OUTPUT, "statistics", norm.statistics(), Philox::normal)
                .tensor(OUTPUT, "y", norm.pixels(), norm.channels())
                .length(groupSize(norm))
                .cancelling(mean) // x itself is known to ε·mean only
                .calls((k, o) -> k.groupNormForward(o.n(), norm, operands(o), o.tensor("y")));
    }

    /** A backward pass. */
    static OperationCase backward(
            int n, GroupNorm norm, boolean modulated, Addend base, boolean accumulate, boolean strided) {
        String description = describe(n, norm, modulated) + base.describe("base") + (accumulate ? " accumulate" : "");
        OperationCase operation = OperationCase.of(Kernel.GROUP_NORM_BACKWARD, description, n, strided)
                .tensor(INPUT, "x", norm.pixels(), norm.channels())
                .shared(INPUT, "gamma", norm.channels())
                .shared(INPUT, "beta", norm.channels())
                .perSample(DERIVED, "statistics", norm.statistics(), Philox::normal)
                .tensor(INPUT, "dy", norm.pixels(), norm.channels())
                .sum("dx", base, "base", norm.pixels(), norm.channels())
                .shared(accumulate ? UPDATED : OUTPUT, "dGamma", norm.channels())
                .shared(accumulate ? UPDATED : OUTPUT, "dBeta", norm.channels());
        if (modulated) {
            operation.tensor(INPUT, "scale", 1, norm.channels())
                    .tensor(INPUT, "shift", 1, norm.channels())
                    .tensor(OUTPUT, "dScale", 1, norm.channels())
                    .tensor(OUTPUT, "dShift", 1, norm.channels());
        }
        return operation.length(Math.max(groupSize(norm), n * norm.pixels()))
                // One or two values are ±1 after normalisation, whatever they were: their gradient is a difference of
                // like terms, each as large as 1/σ.
                .cancelling(groupSize(norm) <= 2 ? 1 / Math.sqrt(norm.epsilon()) : 0)
                .calls((k, o) -> k.groupNormBackward(o.n(), norm, operands(o),
                        new GroupNorm.Gradients(o.tensor("dy"), base.of(o, "base", "dx"), o.tensor("dx"), o.tensor("dScale"),
                                o.tensor("dShift")),
                        o.slice("dGamma"), o.slice("dBeta"), accumulate))
                .tensor(DERIVED, "y", norm.pixels(), norm.channels())
                .differentiates((k, o) -> k.groupNormForward(o.n(), norm, operands(o), o.tensor("y")),
                        "x", "gamma", "beta", "scale", "shift");
    }

    /** Forward mode. */
    static OperationCase tangent(int n, GroupNorm norm, boolean modulated, boolean strided) {
        OperationCase operation = OperationCase.of(Kernel.GROUP_NORM_TANGENT, describe(n, norm, modulated), n, strided)
                .tensor(INPUT, "x", norm.pixels(), norm.channels())
                .shared(INPUT, "gamma", norm.channels())
                .shared(INPUT, "beta", norm.channels())
                .perSample(DERIVED, "statistics", norm.statistics(), Philox::normal)
                .tensor(INPUT, "xTangent", norm.pixels(), norm.channels())
                .tensor(OUTPUT, "yTangent", norm.pixels(), norm.channels());
        if (modulated) {
            operation.tensor(INPUT, "scale", 1, norm.channels())
                    .tensor(INPUT, "shift", 1, norm.channels())
                    .tensor(INPUT, "scaleTangent", 1, norm.channels())
                    .tensor(INPUT, "shiftTangent", 1, norm.channels());
        }
        return operation.length(groupSize(norm))
                .cancelling(groupSize(norm) <= 2 ? 1 / Math.sqrt(norm.epsilon()) : 0) // as in the backward pass
                .calls((k, o) -> k.groupNormTangent(o.n(), norm, operands(o), new GroupNorm.Tangents(
                        o.tensor("xTangent"), o.tensor("scaleTangent"), o.tensor("shiftTangent"), o.tensor("yTangent"))))
                .tensor(DERIVED, "y", norm.pixels(), norm.channels())
                .moves((k, o) -> k.groupNormForward(o.n(), norm, operands(o), o.tensor("y")), "x", "scale", "shift");
    }

    private static GroupNorm.Operands operands(Operands o) {
        return new GroupNorm.Operands(o.tensor("x"), o.slice("gamma"), o.slice("beta"), o.tensor("scale"), o.tensor("shift"),
                o.slice("statistics"));
    }

    private static int groupSize(GroupNorm norm) {
        return norm.pixels() * norm.channels() / norm.groups();
    }

    private static String describe(int n, GroupNorm norm, boolean modulated) {
        return n + "×" + norm.pixels() + "×" + norm.channels() + " groups " + norm.groups()
                + (norm.activation() == NONE ? "" : " " + ActivationCases.name(norm.activation()))
                + (modulated ? " modulated" : "");
    }
}
