package io.bootdistill.reference;

import static io.bootdistill.device.SignalCoefficients.*;
import static io.bootdistill.reference.Arrays64.random;
import static io.bootdistill.reference.Arrays64.read;
import static io.bootdistill.reference.Arrays64.slice;
import static io.bootdistill.reference.Arrays64.tensor;
import static io.bootdistill.reference.Arrays64.zeros;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.device.Philox;
import io.bootdistill.device.SignalLoss;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The method's kernels against the equations as the papers write them. */
@Tag("fast")
class ReferenceSignalTest {

    private static final double TOLERANCE = 1e-13;

    private final ReferenceKernels kernels = new ReferenceKernels();

    @Test
    void noiseRunsOverChannelsThenPixels() {
        long[] seeds = {5L << 32 | 0x8000_0001L, -7};
        float[] written = new float[2 * Philox.SEED_FLOATS];
        Philox.writeSeed(seeds[0], written, 0);
        Philox.writeSeed(seeds[1], written, Philox.SEED_FLOATS);
        Slice given = zeros(written.length);
        kernels.upload(written, 0, given);
        Tensor y = tensor(3, new double[2 * 4 * 3]);
        kernels.noise(2, 4, given, 6, y);
        double[] values = read(y);
        for (int sample = 0; sample < 2; sample++) {
            int element = 0;
            for (int channel = 0; channel < 3; channel++) {
                for (int pixel = 0; pixel < 4; pixel++) {
                    assertEquals(Philox.normal(seeds[sample], 6, element++), values[(sample * 4 + pixel) * 3 + channel]);
                }
            }
        }
    }

    @Test
    void signalAndStateFollowTheHead() {
        double[] coefficients = new double[2 * COUNT];
        set(coefficients, 0, HEAD_NOISE, 3, HEAD_OUTPUT, -2, ALPHA_T, 0.5, SIGMA_T, 10);
        set(coefficients, 1, HEAD_NOISE, 0, HEAD_OUTPUT, 1, ALPHA_T, 2, SIGMA_T, -1);
        Tensor y = tensor(1, 0, 0);
        Tensor x = tensor(1, 0, 0);
        kernels.signalState(2, 1, slice(coefficients), tensor(1, 1, 4), tensor(1, 5, 6), y, x);
        assertArrayEquals(new double[] {-7, 6}, read(y), 0); // 3·1 − 2·5 and 0·4 + 1·6
        assertArrayEquals(new double[] {6.5, 8}, read(x), 0); // 0.5·(−7) + 10·1 and 2·6 − 4
        Tensor alone = tensor(1, 0, 0);
        kernels.signalState(2, 1, slice(coefficients), tensor(1, 1, 4), tensor(1, 5, 6), null, alone);
        assertArrayEquals(read(x), read(alone), 0);
    }

    /**
     * DDIM as it is usually written, x_s = α_s·f + σ_s·(x_t − α_t·f)/σ_t with f = α_t·x_t − σ_t·v for a v-predicting teacher,
     * is the step in signal space with c = 1 − e^(λ_s − λ_t), λ = ln(σ/α).
     */
    @Test
    void stepIsDdimInSignalSpace() {
        double alphaT = 0.6;
        double sigmaT = 0.8;
        double alphaS = 0.8;
        double sigmaS = 0.6;
        double c = 1 - Math.exp(Math.log(sigmaS / alphaS) - Math.log(sigmaT / alphaT));
        double[] coefficients = new double[COUNT];
        set(coefficients, 0, STATE_FACTOR_T, alphaT, OUTPUT_FACTOR_T, -sigmaT, STEP, c, ALPHA_S, alphaS, SIGMA_S, sigmaS,
                STATE_FACTOR_S, 1e9, OUTPUT_FACTOR_S, 1e9);
        double[] noise = random(6, 1);
        double[] y = random(6, 2);
        double[] v = random(6, 3);
        double[] x = new double[6];
        double[] signal = new double[6];
        double[] target = new double[6];
        double[] state = new double[6];
        for (int i = 0; i < 6; i++) {
            x[i] = alphaT * y[i] + sigmaT * noise[i];
            signal[i] = alphaT * x[i] - sigmaT * v[i];
            state[i] = alphaS * signal[i] + sigmaS * (x[i] - alphaT * signal[i]) / sigmaT;
            target[i] = (state[i] - sigmaS * noise[i]) / alphaS;
        }
        Tensor f = tensor(3, new double[6]);
        Tensor stepped = tensor(3, new double[6]);
        Tensor next = tensor(3, new double[6]);
        kernels.signalStep(1, 2, slice(coefficients), new SignalStep(
                0, tensor(3, noise), tensor(3, x), tensor(3, v), null, null, tensor(3, y), f, stepped, next));
        assertArrayEquals(signal, read(f), TOLERANCE);
        assertArrayEquals(target, read(stepped), TOLERANCE);
        assertArrayEquals(state, read(next), TOLERANCE);
    }

    /** Heun's second stage, guided and clipped, with numbers that can be followed by hand. */
    @Test
    void secondStageGuidesClipsAndAverages() {
        double[] coefficients = new double[3 * COUNT];
        for (int sample = 0; sample < 3; sample++) {
            set(coefficients, sample, STATE_FACTOR_T, 1e9, OUTPUT_FACTOR_T, 1e9, STATE_FACTOR_S, 2, OUTPUT_FACTOR_S, 1,
                    STEP, 0.25, MEAN, 0.5, GUIDANCE, 3, CLIP, sample == 0 ? 0 : 6, ALPHA_S, 10, SIGMA_S, 1);
        }
        Tensor f = tensor(1, 0, 0, 0);
        Tensor target = tensor(1, 0, 0, 0);
        Tensor next = tensor(1, 0, 0, 0);
        // f(o) = 2·1 + 4 = 6, f(∅) = 2·1 + 1 = 3, guided 3 + 3·(6 − 3) = 12; the mean with 4 is 8; 0 + ¼·8 = 2.
        // Clipped to 6, the mean with 4 is 5, and the step ¼·5. The third sample is the second one's negative.
        kernels.signalStep(3, 1, slice(coefficients), new SignalStep(1, tensor(1, 7, 7, 7), tensor(1, 1, 1, -1),
                tensor(1, 4, 4, -4), tensor(1, 1, 1, -1), tensor(1, 4, 4, -4), tensor(1, 0, 0, 0), f, target, next));
        assertArrayEquals(new double[] {12, 6, -6}, read(f), 0);
        assertArrayEquals(new double[] {2, 1.25, -1.25}, read(target), 0);
        assertArrayEquals(new double[] {27, 19.5, -5.5}, read(next), 0);
        assertThrows(IllegalArgumentException.class, () -> new SignalStep(2, f, f, f, null, null, f, null, target, null));
    }

    /** The loss Σ weight·‖ŷ − target‖²/samples, ‖·‖² the mean over elements, against its gradient in float64. */
    @Test
    void lossGradientEqualsFiniteDifferences() {
        int n = 3;
        int pixels = 5;
        int channels = 2;
        int elements = pixels * channels;
        double[] weights = {0.5, 2, 1.25};
        double[] coefficients = new double[n * COUNT];
        for (int sample = 0; sample < n; sample++) {
            set(coefficients, sample, HEAD_NOISE, 0.3 + sample, HEAD_OUTPUT, -0.9 + sample, GRADIENT,
                    2 * weights[sample] / (elements * n));
        }
        double[] noise = random(n * elements, 1);
        double[] output = random(n * elements, 2);
        double[] target = random(n * elements, 3);
        Tensor prediction = tensor(channels, new double[n * elements]);
        Tensor dOutput = tensor(channels, new double[n * elements]);
        Slice residual = zeros(n);
        kernels.bootstrapLoss(n, pixels, slice(coefficients), new SignalLoss(tensor(channels, noise),
                tensor(channels, output), tensor(channels, target), prediction, dOutput), residual);
        double[] gradient = read(dOutput);
        double step = 1e-3; // the loss is quadratic: a central difference is exact but for rounding
        for (int i = 0; i < gradient.length; i++) {
            double[] moved = output.clone();
            moved[i] += step;
            double above = loss(n, pixels, channels, coefficients, noise, moved, target, weights);
            moved[i] -= 2 * step;
            double below = loss(n, pixels, channels, coefficients, noise, moved, target, weights);
            assertEquals((above - below) / (2 * step), gradient[i], 1e-11);
        }
        double[] expected = new double[n];
        for (int i = 0; i < gradient.length; i++) {
            double signal = (0.3 + i / elements) * noise[i] + (-0.9 + i / elements) * output[i];
            assertEquals(signal, read(prediction)[i], TOLERANCE);
            expected[i / elements] += (signal - target[i]) * (signal - target[i]) / elements;
        }
        assertArrayEquals(expected, read(residual), TOLERANCE);
    }

    @Test
    void residualWeightsAreNegativePowers() {
        Slice weights = zeros(3);
        kernels.residualWeights(3, slice(0, 3, 15), 1, 0.5f, weights);
        assertArrayEquals(new double[] {1, 0.5, 0.25}, read(weights), 0);
        kernels.residualWeights(3, slice(0, 3, 15), 1, 2, weights);
        assertArrayEquals(new double[] {1, 1 / 16.0, 1 / 256.0}, read(weights), 0);
    }

    @Test
    void distanceWeightsAreInversesOfMeanDistances() {
        Slice weights = zeros(3);
        Tensor x = tensor(2, 1, 2, 3, 4, 0, 0, 0, 1, 5, 6, 7, 8);
        Tensor y = tensor(2, 2, 0, 3, 9, 0, 0, 0, 0, 5, 6, 7, 8);
        kernels.distanceWeights(3, 2, x, y, 0.5f, weights);
        assertArrayEquals(new double[] {0.5, 2, 2}, read(weights), 0, "distances of 2, 1/4 and 0");
    }

    @Test
    void eachSampleHasItsFactors() {
        Tensor x = tensor(2, 1, 2, 3, 4, 5, 6, 7, 8);
        Tensor base = tensor(2, 10, 20, 30, 40, 50, 60, 70, 80);
        Tensor y = tensor(2, new double[8]);
        kernels.addScaled(2, 2, x, slice(3, -1), base, y);
        assertArrayEquals(new double[] {13, 26, 39, 52, 45, 54, 63, 72}, read(y), 0);
        kernels.addScaled(2, 2, x, slice(0, 2), null, x);
        assertArrayEquals(new double[] {0, 0, 0, 0, 10, 12, 14, 16}, read(x), 0);
        kernels.combine(2, 2, slice(0.5, -1), base, slice(2, 3), x, y);
        assertArrayEquals(new double[] {5, 10, 15, 20, -20, -24, -28, -32}, read(y), 0);
    }

    private double loss(
            int n, int pixels, int channels, double[] coefficients, double[] noise, double[] output, double[] target,
            double[] weights) {
        Slice residual = zeros(n);
        kernels.bootstrapLoss(n, pixels, slice(coefficients), new SignalLoss(tensor(channels, noise),
                tensor(channels, output), tensor(channels, target), null, tensor(channels, new double[output.length])), residual);
        double loss = 0;
        for (int sample = 0; sample < n; sample++) {
            loss += weights[sample] * read(residual)[sample] / n;
        }
        return loss;
    }

    private static void set(double[] coefficients, int sample, double... indexed) {
        for (int i = 0; i < indexed.length; i += 2) {
            coefficients[sample * COUNT + (int) indexed[i]] = indexed[i + 1];
        }
    }
}
