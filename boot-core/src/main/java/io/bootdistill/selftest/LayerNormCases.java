package io.bootdistill.selftest;

import static io.bootdistill.selftest.Operand.Role.DERIVED;
import static io.bootdistill.selftest.Operand.Role.INPUT;
import static io.bootdistill.selftest.Operand.Role.OUTPUT;
import static io.bootdistill.selftest.Operand.Role.UPDATED;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.LayerNorm;
import io.bootdistill.device.Philox;
import java.util.ArrayList;
import java.util.List;

/** Cases of layer normalisation. */
final class LayerNormCases {

    private static final int[][] SHAPES = { // n, pixels, channels
        {1, 1, 1}, {2, 1, 2}, {1, 2, 3}, {3, 7, 5}, {1, 13, 6}, {2, 17, 4}, {1, 16, 7}, {2, 3, 8}, {1, 4, 16}, {2, 15, 17},
        {3, 8, 31}, {1, 9, 33}, {2, 5, 127}, {1, 4, 129}, {1, 63, 64}, {1, 65, 32}, {2, 64, 100}, {1, 3, 1000},
    };

    /** Which optional operands are given. */
    enum Form {
        PLAIN(false, false),
        AFFINE(true, false),
        MODULATED(false, true),
        BOTH(true, true);

        private final boolean affine;
        private final boolean modulated;

        Form(boolean affine, boolean modulated) {
            this.affine = affine;
            this.modulated = modulated;
        }
    }

    private LayerNormCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        for (int i = 0; i < SHAPES.length; i++) {
            int[] s = SHAPES[i];
            LayerNorm norm = new LayerNorm(s[1], s[2], i % 2 == 0 ? 1e-5f : 1e-3f);
            Form form = Form.values()[i % 4];
            boolean strided = i % 2 == 1;
            cases.add(forward(s[0], norm, form, 0, strided));
            cases.add(backward(s[0], norm, form, Addend.turn(i), true, i % 5 < 2, strided));
            cases.add(tangent(s[0], norm, form, strided));
        }
        LayerNorm norm = new LayerNorm(9, 10, 1e-6f); // every option
        for (Form form : Form.values()) {
            for (boolean strided : new boolean[] {false, true}) {
                cases.add(forward(3, norm, form, 0, strided));
                cases.add(tangent(3, norm, form, strided));
                for (Addend base : Addend.values()) {
                    cases.add(backward(3, norm, form, base, true, strided, strided));
                }
                if (form != Form.PLAIN) {
                    cases.add(backward(3, norm, form, Addend.NONE, false, !strided, strided));
                }
            }
        }
        // A mean far above the deviation: the variance must not be taken as a difference of large numbers.
        cases.add(forward(2, new LayerNorm(8, 64, 1e-5f), Form.AFFINE, 100, false));
        return cases;
    }

    /** Those of transformers over images and over text. */
    static List<OperationCase> network() {
        List<OperationCase> cases = new ArrayList<>();
        for (int channels : new int[] {320, 768}) {
            for (Form form : List.of(Form.AFFINE, Form.MODULATED)) {
                LayerNorm norm = new LayerNorm(64, channels, 1e-5f);
                cases.add(forward(8, norm, form, 0, false));
                cases.add(backward(8, norm, form, Addend.OUTPUT, true, true, false));
                cases.add(tangent(8, norm, form, false));
            }
        }
        return cases;
    }

    /**
     * A forward pass.
     *
     * @param mean added to x
     */
    static OperationCase forward(int n, LayerNorm norm, Form form, int mean, boolean strided) {
        String description = describe(n, norm, form) + (mean == 0 ? "" : " mean " + mean);
        OperationCase operation = OperationCase.of(Kernel.LAYER_NORM_FORWARD, description, n, strided)
                .tensor(INPUT, "x", norm.pixels(), norm.channels(), (seed, draw, i) -> mean + Philox.normal(seed, draw, i))
                .perSample(OUTPUT, "statistics", norm.statistics(), Philox::normal)
                .tensor(OUTPUT, "y", norm.pixels(), norm.channels());
        return addOptional(operation, norm, form)
                .length(norm.channels())
                .cancelling(mean) // x itself is known to ε·mean only
                .calls((k, o) -> k.layerNormForward(o.n(), norm, operands(o), o.tensor("y")));
    }

    /**
     * A backward pass.
     *
     * @param toX whether the gradient of x is asked for
     */
    static OperationCase backward(
            int n, LayerNorm norm, Form form, Addend base, boolean toX, boolean accumulate, boolean strided) {
        String description = describe(n, norm, form) + base.describe("base") + (toX ? "" : " without dx")
                + (accumulate ? " accumulate" : "");
        OperationCase operation = OperationCase.of(Kernel.LAYER_NORM_BACKWARD, description, n, strided)
                .tensor(INPUT, "x", norm.pixels(), norm.channels())
                .perSample(DERIVED, "statistics", norm.statistics(), Philox::normal)
                .tensor(INPUT, "dy", norm.pixels(), norm.channels());
        if (toX) {
            operation.sum("dx", base, "base", norm.pixels(), norm.channels());
        }
        addOptional(operation, norm, form);
        if (form.affine) {
            operation.shared(accumulate ? UPDATED : OUTPUT, "dGamma", norm.channels())
                    .shared(accumulate ? UPDATED : OUTPUT, "dBeta", norm.channels());
        }
        if (form.modulated) {
            operation.tensor(OUTPUT, "dScale", 1, norm.channels()).tensor(OUTPUT, "dShift", 1, norm.channels());
        }
        List<String> inputs = new ArrayList<>(List.of("gamma", "beta", "scale", "shift"));
        if (toX) {
            inputs.add("x");
        }
        return operation.length(Math.max(norm.channels(), n * norm.pixels()))
                .cancelling(cancelling(norm))
                .calls((k, o) -> k.layerNormBackward(o.n(), norm, operands(o),
                        new LayerNorm.Gradients(o.tensor("dy"), base.of(o, "base", "dx"), o.tensor("dx"), o.tensor("dScale"),
                                o.tensor("dShift")),
                        o.slice("dGamma"), o.slice("dBeta"), accumulate))
                .tensor(DERIVED, "y", norm.pixels(), norm.channels())
                .differentiates((k, o) -> k.layerNormForward(o.n(), norm, operands(o), o.tensor("y")),
                        inputs.toArray(String[]::new));
    }

    /** Forward mode. */
    static OperationCase tangent(int n, LayerNorm norm, Form form, boolean strided) {
        OperationCase operation = OperationCase.of(Kernel.LAYER_NORM_TANGENT, describe(n, norm, form), n, strided)
                .tensor(INPUT, "x", norm.pixels(), norm.channels())
                .perSample(DERIVED, "statistics", norm.statistics(), Philox::normal)
                .tensor(INPUT, "xTangent", norm.pixels(), norm.channels())
                .tensor(OUTPUT, "yTangent", norm.pixels(), norm.channels());
        if (form.modulated) {
            operation.tensor(INPUT, "scaleTangent", 1, norm.channels()).tensor(INPUT, "shiftTangent", 1, norm.channels());
        }
        return addOptional(operation, norm, form)
                .length(norm.channels())
                .cancelling(cancelling(norm))
                .calls((k, o) -> k.layerNormTangent(o.n(), norm, operands(o), new LayerNorm.Tangents(
                        o.tensor("xTangent"), o.tensor("scaleTangent"), o.tensor("shiftTangent"), o.tensor("yTangent"))))
                .tensor(DERIVED, "y", norm.pixels(), norm.channels())
                .moves((k, o) -> k.layerNormForward(o.n(), norm, operands(o), o.tensor("y")), "x", "scale", "shift");
    }

    /**
     * One or two values are ±1 after normalisation, whatever they were: their derivative is a difference of like terms, each as
     * large as 1/σ.
     */
    private static double cancelling(LayerNorm norm) {
        return norm.channels() <= 2 ? 1 / Math.sqrt(norm.epsilon()) : 0;
    }

    private static OperationCase addOptional(OperationCase operation, LayerNorm norm, Form form) {
        if (form.affine) {
            operation.shared(INPUT, "gamma", norm.channels()).shared(INPUT, "beta", norm.channels());
        }
        if (form.modulated) {
            operation.tensor(INPUT, "scale", 1, norm.channels()).tensor(INPUT, "shift", 1, norm.channels());
        }
        return operation;
    }

    private static LayerNorm.Operands operands(Operands o) {
        return new LayerNorm.Operands(o.tensor("x"), o.slice("gamma"), o.slice("beta"), o.tensor("scale"), o.tensor("shift"),
                o.slice("statistics"));
    }

    private static String describe(int n, LayerNorm norm, Form form) {
        return n + "×" + norm.pixels() + "×" + norm.channels() + (form.affine ? " affine" : "")
                + (form.modulated ? " modulated" : "");
    }
}
