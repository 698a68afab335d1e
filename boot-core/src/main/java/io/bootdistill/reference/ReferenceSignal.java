package io.bootdistill.reference;

import static io.bootdistill.device.SignalCoefficients.ALPHA_S;
import static io.bootdistill.device.SignalCoefficients.ALPHA_T;
import static io.bootdistill.device.SignalCoefficients.CLIP;
import static io.bootdistill.device.SignalCoefficients.COUNT;
import static io.bootdistill.device.SignalCoefficients.GRADIENT;
import static io.bootdistill.device.SignalCoefficients.GUIDANCE;
import static io.bootdistill.device.SignalCoefficients.HEAD_NOISE;
import static io.bootdistill.device.SignalCoefficients.HEAD_OUTPUT;
import static io.bootdistill.device.SignalCoefficients.MEAN;
import static io.bootdistill.device.SignalCoefficients.OUTPUT_FACTOR_S;
import static io.bootdistill.device.SignalCoefficients.OUTPUT_FACTOR_T;
import static io.bootdistill.device.SignalCoefficients.SIGMA_S;
import static io.bootdistill.device.SignalCoefficients.SIGMA_T;
import static io.bootdistill.device.SignalCoefficients.STATE_FACTOR_S;
import static io.bootdistill.device.SignalCoefficients.STATE_FACTOR_T;
import static io.bootdistill.device.SignalCoefficients.STEP;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.SignalLoss;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;

/** The method itself: noise, the student's signal, one step of the Signal-ODE, and the bootstrapping loss. */
interface ReferenceSignal extends Kernels {

    @Override
    default void noise(int n, int pixels, Slice seedsSlice, int draw, Tensor yTensor) {
        int channels = yTensor.channels();
        Matrix seeds = Matrix.of("seeds", seedsSlice, n, Philox.SEED_FLOATS);
        Matrix y = Matrix.of("y", yTensor, (long) n * pixels, channels);
        for (int row = 0; row < y.rows(); row++) {
            long seed = seed(seeds, row / pixels);
            for (int c = 0; c < channels; c++) {
                long element = (long) c * pixels + row % pixels;
                y.set(row, c, Philox.normal(seed, draw, element));
            }
        }
    }

    private static long seed(Matrix seeds, int sample) {
        long seed = 0;
        for (int i = 0; i < Philox.SEED_FLOATS; i++) {
            seed |= (long) seeds.get(sample, i) << 16 * i;
        }
        return seed;
    }

    @Override
    default void signalState(
            int n, int pixels, Slice coefficientsSlice, Tensor noiseTensor, Tensor outputTensor, Tensor yTensor,
            Tensor xTensor) {
        int channels = outputTensor.channels();
        long rows = (long) n * pixels;
        Matrix coefficients = Matrix.of("coefficients", coefficientsSlice, n, COUNT);
        Matrix noise = Matrix.of("noise", noiseTensor, rows, channels);
        Matrix output = Matrix.of("output", outputTensor, rows, channels);
        Matrix y = Matrix.optional("y", yTensor, rows, channels);
        Matrix x = Matrix.optional("x", xTensor, rows, channels);
        for (int row = 0; row < rows; row++) {
            int sample = row / pixels;
            for (int c = 0; c < channels; c++) {
                double signal = head(coefficients, sample, noise.get(row, c), output.get(row, c));
                if (y != null) {
                    y.set(row, c, signal);
                }
                if (x != null) {
                    x.set(row, c, coefficients.get(sample, ALPHA_T) * signal
                            + coefficients.get(sample, SIGMA_T) * noise.get(row, c));
                }
            }
        }
    }

    @Override
    default void signalStep(int n, int pixels, Slice coefficientsSlice, SignalStep step) {
        int channels = step.output().channels();
        long rows = (long) n * pixels;
        Matrix coefficients = Matrix.of("coefficients", coefficientsSlice, n, COUNT);
        Matrix noise = Matrix.of("noise", step.noise(), rows, channels);
        Matrix x = Matrix.of("x", step.x(), rows, channels);
        Matrix output = Matrix.of("output", step.output(), rows, channels);
        Matrix nullOutput = Matrix.optional("nullOutput", step.nullOutput(), rows, channels);
        Matrix previous = Matrix.optional("previous", step.previous(), rows, channels);
        Matrix y = Matrix.of("y", step.y(), rows, channels);
        Matrix fOut = Matrix.optional("f", step.f(), rows, channels);
        Matrix targetOut = Matrix.of("target", step.target(), rows, channels);
        Matrix nextOut = Matrix.optional("next", step.next(), rows, channels);

        int stateFactor = step.stage() == 0 ? STATE_FACTOR_T : STATE_FACTOR_S;
        int outputFactor = step.stage() == 0 ? OUTPUT_FACTOR_T : OUTPUT_FACTOR_S;
        for (int row = 0; row < rows; row++) {
            int sample = row / pixels;
            double a = coefficients.get(sample, stateFactor);
            double b = coefficients.get(sample, outputFactor);
            for (int c = 0; c < channels; c++) {
                double f = a * x.get(row, c) + b * output.get(row, c);
                if (nullOutput != null) {
                    double fNull = a * x.get(row, c) + b * nullOutput.get(row, c);
                    f = fNull + coefficients.get(sample, GUIDANCE) * (f - fNull);
                }
                double clip = coefficients.get(sample, CLIP);
                if (clip > 0) {
                    f = Math.max(-clip, Math.min(clip, f));
                }
                double mean = f; // f̄
                if (previous != null) {
                    mean = previous.get(row, c) + coefficients.get(sample, MEAN) * (f - previous.get(row, c));
                }
                double target = y.get(row, c) + coefficients.get(sample, STEP) * (mean - y.get(row, c));
                if (fOut != null) {
                    fOut.set(row, c, f);
                }
                targetOut.set(row, c, target);
                if (nextOut != null) {
                    nextOut.set(row, c, coefficients.get(sample, ALPHA_S) * target
                            + coefficients.get(sample, SIGMA_S) * noise.get(row, c));
                }
            }
        }
    }

    @Override
    default void bootstrapLoss(int n, int pixels, Slice coefficientsSlice, SignalLoss loss, Slice residualSlice) {
        int channels = loss.output().channels();
        long rows = (long) n * pixels;
        Matrix coefficients = Matrix.of("coefficients", coefficientsSlice, n, COUNT);
        Matrix noise = Matrix.of("noise", loss.noise(), rows, channels);
        Matrix output = Matrix.of("output", loss.output(), rows, channels);
        Matrix target = Matrix.of("target", loss.target(), rows, channels);
        Matrix prediction = Matrix.optional("prediction", loss.prediction(), rows, channels);
        Matrix dOutput = Matrix.of("dOutput", loss.dOutput(), rows, channels);
        Matrix residual = Matrix.of("residual", residualSlice, n, 1);
        for (int sample = 0; sample < n; sample++) {
            double squares = 0;
            for (int row = sample * pixels; row < (sample + 1) * pixels; row++) {
                for (int c = 0; c < channels; c++) {
                    double signal = head(coefficients, sample, noise.get(row, c), output.get(row, c)); // ŷ
                    double r = signal - target.get(row, c);
                    squares += r * r;
                    dOutput.set(row, c,
                            coefficients.get(sample, GRADIENT) * r * coefficients.get(sample, HEAD_OUTPUT));
                    if (prediction != null) {
                        prediction.set(row, c, signal);
                    }
                }
            }
            residual.set(sample, 0, squares / ((double) pixels * channels));
        }
    }

    @Override
    default void residualWeights(int n, Slice residualSlice, float kappa, float power, Slice factorSlice) {
        Matrix residual = Matrix.of("residual", residualSlice, n, 1);
        Matrix factor = Matrix.of("factor", factorSlice, n, 1);
        for (int sample = 0; sample < n; sample++) {
            factor.set(sample, 0, Math.pow(residual.get(sample, 0) + kappa, -power));
        }
    }

    @Override
    default void distanceWeights(int n, int pixels, Tensor xTensor, Tensor yTensor, float least, Slice factorSlice) {
        int channels = xTensor.channels();
        Matrix x = Matrix.of("x", xTensor, (long) n * pixels, channels);
        Matrix y = Matrix.of("y", yTensor, (long) n * pixels, channels);
        Matrix factor = Matrix.of("factor", factorSlice, n, 1);
        for (int sample = 0; sample < n; sample++) {
            double distance = 0;
            for (int row = sample * pixels; row < (sample + 1) * pixels; row++) {
                for (int c = 0; c < channels; c++) {
                    distance += Math.abs(x.get(row, c) - y.get(row, c));
                }
            }
            factor.set(sample, 0, 1 / Math.max(distance / ((double) pixels * channels), least));
        }
    }

    @Override
    default void addScaled(int n, int pixels, Tensor xTensor, Slice factorSlice, Tensor baseTensor, Tensor yTensor) {
        int channels = yTensor.channels();
        Matrix x = Matrix.of("x", xTensor, (long) n * pixels, channels);
        Matrix factor = Matrix.of("factor", factorSlice, n, 1);
        Matrix base = Matrix.optional("base", baseTensor, (long) n * pixels, channels);
        Matrix y = Matrix.of("y", yTensor, (long) n * pixels, channels);
        for (int row = 0; row < y.rows(); row++) {
            for (int c = 0; c < channels; c++) {
                y.set(row, c, Matrix.orZero(base, row, c) + factor.get(row / pixels, 0) * x.get(row, c));
            }
        }
    }

    @Override
    default void combine(
            int n, int pixels, Slice aSlice, Tensor firstTensor, Slice bSlice, Tensor secondTensor, Tensor yTensor) {
        int channels = yTensor.channels();
        Matrix a = Matrix.of("a", aSlice, n, 1);
        Matrix first = Matrix.of("first", firstTensor, (long) n * pixels, channels);
        Matrix b = Matrix.of("b", bSlice, n, 1);
        Matrix second = Matrix.of("second", secondTensor, (long) n * pixels, channels);
        Matrix y = Matrix.of("y", yTensor, (long) n * pixels, channels);
        for (int row = 0; row < y.rows(); row++) {
            int sample = row / pixels;
            for (int c = 0; c < channels; c++) {
                y.set(row, c, a.get(sample, 0) * first.get(row, c) + b.get(sample, 0) * second.get(row, c));
            }
        }
    }

    /** The student's head: its signal from the noise and the network's output. */
    private static double head(Matrix coefficients, int sample, double noise, double output) {
        return coefficients.get(sample, HEAD_NOISE) * noise + coefficients.get(sample, HEAD_OUTPUT) * output;
    }
}
