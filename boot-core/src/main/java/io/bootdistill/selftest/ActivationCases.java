package io.bootdistill.selftest;

import static io.bootdistill.selftest.Operand.Role.DERIVED;
import static io.bootdistill.selftest.Operand.Role.INPUT;
import static io.bootdistill.selftest.Operand.Role.OUTPUT;

import io.bootdistill.device.Activation;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Philox;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Cases of the activations and of GEGLU. */
final class ActivationCases {

    private static final int[][] SHAPES = { // n, rows per sample, channels
        {1, 1, 1}, {2, 1, 2}, {1, 5, 7}, {3, 13, 4}, {1, 6, 17}, {2, 16, 16}, {1, 3, 128}, {4, 50, 33},
    };

    private ActivationCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        for (int[] s : SHAPES) {
            boolean strided = s[1] % 2 == 1;
            for (Activation f : Activation.values()) {
                cases.add(forward(s[0], s[1], s[2], f, 1, strided));
                for (Addend base : Addend.values()) {
                    cases.add(backward(s[0], s[1], s[2], f, base, 1, strided));
                }
            }
            cases.add(gegluForward(s[0], s[1], s[2], strided));
            cases.add(gegluTangent(s[0], s[1], s[2], strided));
            for (Addend base : Addend.values()) {
                cases.add(gegluBackward(s[0], s[1], s[2], base, strided));
            }
        }
        for (Activation f : Activation.values()) { // both ends, where exponential functions leave their range
            cases.add(forward(1, 8, 37, f, 40, false));
            cases.add(backward(1, 8, 37, f, Addend.NONE, 40, false));
        }
        return cases;
    }

    /** The activations of the bundled teacher's embedding, and those of larger networks. */
    static List<OperationCase> network() {
        List<OperationCase> cases = new ArrayList<>(List.of(
                forward(8, 1, 128, Activation.SILU, 1, false),
                backward(8, 1, 128, Activation.SILU, Addend.NONE, 1, false),
                gegluForward(8, 64, 1280, false),
                gegluBackward(8, 64, 1280, Addend.NONE, false),
                gegluTangent(8, 64, 1280, false)));
        for (Activation f : List.of(Activation.GELU, Activation.GELU_TANH, Activation.QUICK_GELU)) {
            cases.add(forward(8, 64, 768, f, 1, false));
            cases.add(backward(8, 64, 768, f, Addend.NONE, 1, false));
        }
        return cases;
    }

    /** An activation of normal numbers, times {@code size}. */
    static OperationCase forward(int n, int rows, int channels, Activation f, int size, boolean strided) {
        return OperationCase.of(Kernel.ACTIVATION_FORWARD, describe(n, rows, channels, f, size), n, strided)
                .tensor(INPUT, "x", rows, channels, (seed, draw, i) -> size * Philox.normal(seed, draw, i))
                .tensor(OUTPUT, "y", rows, channels)
                .calls((k, o) -> k.activationForward((long) o.n() * rows, f, o.tensor("x"), o.tensor("y")));
    }

    /** Its gradient. */
    static OperationCase backward(int n, int rows, int channels, Activation f, Addend base, int size, boolean strided) {
        String description = describe(n, rows, channels, f, size) + base.describe("base");
        return OperationCase.of(Kernel.ACTIVATION_BACKWARD, description, n, strided)
                .tensor(INPUT, "x", rows, channels, (seed, draw, i) -> size * Philox.normal(seed, draw, i))
                .tensor(INPUT, "dy", rows, channels)
                .sum("dx", base, "base", rows, channels)
                .calls((k, o) -> k.activationBackward((long) o.n() * rows, f, o.tensor("x"), o.tensor("dy"),
                        base.of(o, "base", "dx"), o.tensor("dx")))
                .cancelling(1) // the terms of a slope cancel at its zero; of a few elements, base may cancel what is added to it
                .tensor(DERIVED, "y", rows, channels)
                .differentiates((k, o) -> k.activationForward((long) o.n() * rows, f, o.tensor("x"), o.tensor("y")), "x");
    }

    /** GEGLU to so many channels. */
    static OperationCase gegluForward(int n, int rows, int channels, boolean strided) {
        return OperationCase.of(Kernel.GEGLU_FORWARD, n + "×" + rows + "×" + channels, n, strided)
                .tensor(INPUT, "x", rows, 2 * channels)
                .tensor(OUTPUT, "y", rows, channels)
                .calls((k, o) -> k.gegluForward((long) o.n() * rows, o.tensor("x"), o.tensor("y")));
    }

    /** Its gradient. */
    static OperationCase gegluBackward(int n, int rows, int channels, Addend base, boolean strided) {
        String description = n + "×" + rows + "×" + channels + base.describe("base");
        return OperationCase.of(Kernel.GEGLU_BACKWARD, description, n, strided)
                .tensor(INPUT, "x", rows, 2 * channels)
                .tensor(INPUT, "dy", rows, channels)
                .sum("dx", base, "base", rows, 2 * channels)
                .calls((k, o) -> k.gegluBackward((long) o.n() * rows, o.tensor("x"), o.tensor("dy"),
                        base.of(o, "base", "dx"), o.tensor("dx")))
                .length(2) // factors
                .cancelling(base == Addend.NONE ? 0 : 1)
                .tensor(DERIVED, "y", rows, channels)
                .differentiates((k, o) -> k.gegluForward((long) o.n() * rows, o.tensor("x"), o.tensor("y")), "x");
    }

    /** Forward mode. */
    static OperationCase gegluTangent(int n, int rows, int channels, boolean strided) {
        return OperationCase.of(Kernel.GEGLU_TANGENT, n + "×" + rows + "×" + channels, n, strided)
                .tensor(INPUT, "x", rows, 2 * channels)
                .tensor(INPUT, "xTangent", rows, 2 * channels)
                .tensor(OUTPUT, "yTangent", rows, channels)
                .length(2) // terms
                .cancelling(1) // of a few elements, they may cancel
                .calls((k, o) -> k.gegluTangent(
                        (long) o.n() * rows, o.tensor("x"), o.tensor("xTangent"), o.tensor("yTangent")))
                .tensor(DERIVED, "y", rows, channels)
                .moves((k, o) -> k.gegluForward((long) o.n() * rows, o.tensor("x"), o.tensor("y")), "x");
    }

    private static String describe(int n, int rows, int channels, Activation f, int size) {
        return n + "×" + rows + "×" + channels + " " + name(f) + (size == 1 ? "" : " times " + size);
    }

    /** For example {@code gelu tanh}. */
    static String name(Activation f) {
        return f.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
