package io.bootdistill.selftest;

import static io.bootdistill.selftest.Operand.Role.INPUT;
import static io.bootdistill.selftest.Operand.Role.OUTPUT;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Philox;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.SignalLoss;
import io.bootdistill.device.SignalStep;
import java.util.ArrayList;
import java.util.List;

/**
 * Cases of the noise, the student's signal, the Signal-ODE step and the loss. Coefficients and tensors are of order 1, so a
 * signal is a sum of terms of that size, which may cancel.
 */
final class SignalCases {

    private static final int[][] SHAPES = { // n, pixels, channels
        {1, 1, 1}, {2, 1, 2}, {3, 35, 3}, {5, 13, 1}, {2, 16, 16}, {1, 17, 7}, {4, 64, 4}, {3, 289, 5},
    };

    private static final int[] SAMPLES = {1, 2, 5, 16, 31, 255, 256, 257};

    private static final float[] POWERS = {0.5f, 1, 0.75f, 2};

    /** Below and above what distances of normal numbers are. */
    private static final float[] LEAST = {1e-5f, 3, 1};

    private SignalCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        for (int i = 0; i < SHAPES.length; i++) {
            int n = SHAPES[i][0];
            int pixels = SHAPES[i][1];
            int channels = SHAPES[i][2];
            boolean strided = i % 2 == 1;
            cases.add(noise(n, pixels, channels, i, strided));
            cases.add(noise(n, pixels, channels, -i, !strided));
            cases.add(signalState(n, pixels, channels, true, true, strided));
            cases.add(signalState(n, pixels, channels, i % 2 == 0, i % 2 == 1, strided));
            cases.add(signalStep(n, pixels, channels, i % 2, true, true, strided));
            cases.add(signalStep(n, pixels, channels, 1 - i % 2, i % 4 < 2, i % 4 > 1, strided));
            cases.add(bootstrapLoss(n, pixels, channels, i % 3 > 0, strided));
            cases.add(residualWeights(SAMPLES[i], POWERS[i % POWERS.length]));
            cases.add(distanceWeights(n, pixels, channels, LEAST[i % LEAST.length], strided));
            cases.add(combine(n, pixels, channels, strided));
            for (Addend base : Addend.values()) {
                cases.add(addScaled(n, pixels, channels, base, (i + base.ordinal()) % 2 == 1));
            }
        }
        for (int stage = 0; stage < 2; stage++) { // every option
            for (boolean option : new boolean[] {false, true}) {
                cases.add(signalStep(6, 11, 3, stage, true, option, false));
                cases.add(signalStep(6, 11, 3, stage, false, option, true));
            }
        }
        return cases;
    }

    /** A block of the bundled teacher's images. */
    static List<OperationCase> network() {
        return List.of(
                noise(8, 256, 1, 0, false),
                signalState(8, 256, 1, true, true, false),
                signalStep(8, 256, 1, 0, false, false, false),
                signalStep(8, 256, 1, 1, false, true, false),
                signalStep(8, 256, 1, 0, true, false, false),
                bootstrapLoss(8, 256, 1, true, false),
                residualWeights(8, 0.5f),
                distanceWeights(8, 256, 1, 1e-5f, false),
                addScaled(8, 256, 1, Addend.OUTPUT, false),
                combine(8, 256, 1, false));
    }

    /** Noise. */
    static OperationCase noise(int n, int pixels, int channels, int draw, boolean strided) {
        return OperationCase.of(Kernel.NOISE, describe(n, pixels, channels) + " draw " + draw, n, strided)
                .perSample(INPUT, "seeds", Philox.SEED_FLOATS, (seed, index, i) -> Philox.bits(seed, index, i) >>> 16)
                .tensor(OUTPUT, "y", pixels, channels)
                .exact()
                .calls((k, o) -> k.noise(o.n(), pixels, o.slice("seeds"), draw, o.tensor("y")));
    }

    /** Signal, state, or both. */
    static OperationCase signalState(
            int n, int pixels, int channels, boolean signal, boolean state, boolean strided) {
        String description = describe(n, pixels, channels) + (signal ? " signal" : "") + (state ? " state" : "");
        OperationCase operation = withCoefficients(Kernel.SIGNAL_STATE, description, n, pixels, channels, strided)
                .tensor(INPUT, "output", pixels, channels);
        if (signal) {
            operation.tensor(OUTPUT, "y", pixels, channels);
        }
        if (state) {
            operation.tensor(OUTPUT, "x", pixels, channels);
        }
        return operation.length(3).cancelling(1).calls((k, o) -> k.signalState(o.n(), pixels, o.slice("coefficients"),
                o.tensor("noise"), o.tensor("output"), o.tensor("y"), o.tensor("x")));
    }

    /**
     * A step; some samples clip.
     *
     * @param guided whether the output without condition is given
     * @param second whether this is a second evaluation ({@code previous}); {@code f} and {@code next} are written by the
     *     others
     */
    static OperationCase signalStep(
            int n, int pixels, int channels, int stage, boolean guided, boolean second, boolean strided) {
        String description = describe(n, pixels, channels) + " stage " + stage + (guided ? " guided" : "")
                + (second ? " second" : "");
        OperationCase operation = withCoefficients(Kernel.SIGNAL_STEP, description, n, pixels, channels, strided)
                .tensor(INPUT, "x", pixels, channels)
                .tensor(INPUT, "output", pixels, channels)
                .tensor(INPUT, "y", pixels, channels)
                .tensor(OUTPUT, "target", pixels, channels);
        if (guided) {
            operation.tensor(INPUT, "nullOutput", pixels, channels);
        }
        if (second) {
            operation.tensor(INPUT, "previous", pixels, channels);
        }
        if (!second || guided) {
            operation.tensor(OUTPUT, "f", pixels, channels).tensor(OUTPUT, "next", pixels, channels);
        }
        return operation.length(6).cancelling(1).calls((k, o) -> k.signalStep(o.n(), pixels, o.slice("coefficients"),
                new SignalStep(stage, o.tensor("noise"), o.tensor("x"), o.tensor("output"), o.tensor("nullOutput"),
                        o.tensor("previous"), o.tensor("y"), o.tensor("f"), o.tensor("target"), o.tensor("next"))));
    }

    /** The loss of a block with its gradient. */
    static OperationCase bootstrapLoss(int n, int pixels, int channels, boolean prediction, boolean strided) {
        String description = describe(n, pixels, channels) + (prediction ? " prediction" : "");
        OperationCase operation = withCoefficients(Kernel.BOOTSTRAP_LOSS, description, n, pixels, channels, strided)
                .tensor(INPUT, "output", pixels, channels)
                .tensor(INPUT, "target", pixels, channels)
                .tensor(OUTPUT, "dOutput", pixels, channels)
                .perSample(OUTPUT, "residual", 1, Philox::normal);
        if (prediction) {
            operation.tensor(OUTPUT, "prediction", pixels, channels);
        }
        return operation.length((double) pixels * channels).calls((k, o) -> k.bootstrapLoss(o.n(), pixels,
                o.slice("coefficients"), new SignalLoss(o.tensor("noise"), o.tensor("output"), o.tensor("target"),
                        o.tensor("prediction"), o.tensor("dOutput")),
                o.slice("residual")));
    }

    /** The weights of residuals between 0 and a few units. */
    static OperationCase residualWeights(int n, float power) {
        return OperationCase.of(Kernel.RESIDUAL_WEIGHTS, n + " power " + power, n, false)
                .perSample(INPUT, "residual", 1, SignalCases::square)
                .perSample(OUTPUT, "factor", 1, Philox::normal)
                .length(4)
                .calls((k, o) -> k.residualWeights(o.n(), o.slice("residual"), 1e-3f, power, o.slice("factor")));
    }

    /** The weights of distances; some are below the least. */
    static OperationCase distanceWeights(int n, int pixels, int channels, float least, boolean strided) {
        return OperationCase.of(Kernel.DISTANCE_WEIGHTS, describe(n, pixels, channels) + " least " + least, n, strided)
                .tensor(INPUT, "x", pixels, channels)
                .tensor(INPUT, "y", pixels, channels)
                .perSample(OUTPUT, "factor", 1, Philox::normal)
                .length((double) pixels * channels)
                .calls((k, o) -> k.distanceWeights(o.n(), pixels, o.tensor("x"), o.tensor("y"), least, o.slice("factor")));
    }

    /** A multiple of its own for each sample, added. */
    static OperationCase addScaled(int n, int pixels, int channels, Addend base, boolean strided) {
        return OperationCase.of(Kernel.ADD_SCALED, describe(n, pixels, channels) + base.describe("base"), n, strided)
                .tensor(INPUT, "x", pixels, channels)
                .perSample(INPUT, "factor", 1, Philox::normal)
                .sum("y", base, "base", pixels, channels)
                .length(2)
                .cancelling(base == Addend.NONE ? 0 : 1)
                .calls((k, o) -> k.addScaled(
                        o.n(), pixels, o.tensor("x"), o.slice("factor"), base.of(o, "base", "y"), o.tensor("y")));
    }

    /** A sum of two with factors of each sample. */
    static OperationCase combine(int n, int pixels, int channels, boolean strided) {
        return OperationCase.of(Kernel.COMBINE, describe(n, pixels, channels), n, strided)
                .perSample(INPUT, "a", 1, Philox::normal)
                .tensor(INPUT, "first", pixels, channels)
                .perSample(INPUT, "b", 1, Philox::normal)
                .tensor(INPUT, "second", pixels, channels)
                .tensor(OUTPUT, "y", pixels, channels)
                .length(2)
                .cancelling(1)
                .calls((k, o) -> k.combine(o.n(), pixels, o.slice("a"), o.tensor("first"), o.slice("b"), o.tensor("second"),
                        o.tensor("y")));
    }

    private static float square(long seed, int draw, long index) {
        float random = Philox.normal(seed, draw, index);
        return random * random;
    }

    private static OperationCase withCoefficients(
            Kernel operation, String description, int n, int pixels, int channels, boolean strided) {
        return OperationCase.of(operation, description, n, strided)
                .perSample(INPUT, "coefficients", SignalCoefficients.COUNT, (seed, draw, i) -> coefficient(seed, draw, i, n))
                .tensor(INPUT, "noise", pixels, channels);
    }

    private static float coefficient(long seed, int draw, long index, int n) {
        float random = Philox.normal(seed, draw, index);
        return switch ((int) (index % SignalCoefficients.COUNT)) {
            case SignalCoefficients.MEAN -> 0.5f;
            case SignalCoefficients.GUIDANCE -> 3 + random;
            case SignalCoefficients.CLIP -> new float[] {0.7f, 0, -1}[(int) (index / SignalCoefficients.COUNT % 3)];
            case SignalCoefficients.GRADIENT -> Math.abs(random) / n;
            case SignalCoefficients.COUNT - 1 -> Float.NaN; // unused
            default -> random;
        };
    }

    private static String describe(int n, int pixels, int channels) {
        return n + "×" + pixels + "×" + channels;
    }
}
