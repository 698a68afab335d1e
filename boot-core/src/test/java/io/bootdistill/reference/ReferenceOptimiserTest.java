package io.bootdistill.reference;

import static io.bootdistill.reference.Arrays64.random;
import static io.bootdistill.reference.Arrays64.read;
import static io.bootdistill.reference.Arrays64.slice;
import static io.bootdistill.reference.Arrays64.write;
import static io.bootdistill.reference.Arrays64.zeros;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.internal.device.AdamStep;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The optimiser's kernels against their formulas. */
@Tag("fast")
class ReferenceOptimiserTest {

    private final ReferenceKernels kernels = new ReferenceKernels();

    /**
     * Seven steps against AdamW as its paper writes it (algorithm 2: m̂ = m/(1 − β₁ᵏ), v̂ = v/(1 − β₂ᵏ)), in float64. The
     * state is rounded to float32 at each step, so it may be off by a few units of that rounding.
     */
    @Test
    void adamFollowsItsPaperForSeveralSteps() {
        int length = 5;
        double rate = 0.01;
        double decay = 0.1;
        double beta1 = 0.9;
        double beta2 = 0.99;
        double epsilon = 1e-3;
        double emaRate = 0.25;
        double clip = 0.5;
        double[] theta = random(length, 1);
        double[] ema = theta.clone();
        double[] m = new double[length];
        double[] v = new double[length];
        Slice parameters = slice(theta);
        Slice average = slice(ema);
        Slice first = zeros(length);
        Slice second = zeros(length);
        for (int k = 1; k <= 7; k++) {
            double[] gradient = random(length, 10 + k);
            double[] step = new double[AdamStep.COUNT];
            step[AdamStep.RATE] = rate;
            step[AdamStep.DECAY] = decay;
            step[AdamStep.BETA1] = beta1;
            step[AdamStep.BETA2] = beta2;
            step[AdamStep.EPSILON] = epsilon;
            step[AdamStep.CORRECTION1] = 1 / (1 - Math.pow(beta1, k));
            step[AdamStep.CORRECTION2] = 1 / (1 - Math.pow(beta2, k));
            step[AdamStep.CLIP] = clip;
            step[AdamStep.EMA_RATE] = emaRate;
            kernels.adamW(slice(step), 0, length, slice(gradient), parameters, first, second, average);
            for (int i = 0; i < length; i++) {
                double g = clip * gradient[i];
                m[i] = beta1 * m[i] + (1 - beta1) * g;
                v[i] = beta2 * v[i] + (1 - beta2) * g * g;
                double mHat = m[i] / (1 - Math.pow(beta1, k));
                double vHat = v[i] / (1 - Math.pow(beta2, k));
                theta[i] -= rate * (mHat / (Math.sqrt(vHat) + epsilon) + decay * theta[i]);
                ema[i] = (1 - emaRate) * ema[i] + emaRate * theta[i];
            }
            double rounding = k * 0x1p-23; // one rounding to float32 of values of order 1 per step
            assertArrayEquals(m, read(first), rounding);
            assertArrayEquals(v, read(second), rounding);
            assertArrayEquals(theta, read(parameters), rounding);
            assertArrayEquals(ema, read(average), rounding);
            for (Slice state : new Slice[] {parameters, first, second, average}) {
                for (double value : read(state)) {
                    assertEquals((float) value, value); // a checkpoint loses nothing
                }
            }
        }
    }

    @Test
    void adamKeepsToItsRange() {
        double[] step = new double[AdamStep.COUNT];
        step[AdamStep.DECAY] = 1;
        step[AdamStep.RATE] = 0.5;
        step[AdamStep.EPSILON] = 1;
        Slice parameters = slice(1, 1, 1, 1);
        kernels.adamW(slice(step), 1, 3, zeros(4), parameters, zeros(4), zeros(4), zeros(4));
        assertArrayEquals(new double[] {1, 0.5, 0.5, 1}, read(parameters), 0);
        assertThrows(IllegalArgumentException.class,
                () -> kernels.adamW(slice(step), 3, 2, zeros(4), parameters, zeros(4), zeros(4), zeros(4)));
        assertThrows(IllegalArgumentException.class,
                () -> kernels.adamW(slice(step), -1, 2, zeros(4), parameters, zeros(4), zeros(4), zeros(4)));
    }

    /** 1 + 2⁻⁵³ is 1 in float64: the trees written out here round differently from any other order. */
    @Test
    void lanesAreSummedByTheTree() {
        double[] a = random(8, 1);
        assertEquals(a[0], sum(a[0]));
        assertEquals((a[0] + a[1]) + a[2], sum(a[0], a[1], a[2]));
        assertEquals(((a[0] + a[1]) + (a[2] + a[3])) + a[4], sum(a[0], a[1], a[2], a[3], a[4]));
        assertEquals(((a[0] + a[1]) + (a[2] + a[3])) + ((a[4] + a[5]) + a[6]), sum(a[0], a[1], a[2], a[3], a[4], a[5], a[6]));
        assertEquals(((a[0] + a[1]) + (a[2] + a[3])) + ((a[4] + a[5]) + (a[6] + a[7])), sum(a));
        double tiny = 0x1p-53;
        assertEquals(1 + 2 * tiny, sum(tiny, tiny, 1));
        assertEquals(1, sum(1, tiny, tiny));
        assertEquals(1 + 2 * tiny, sum(1, 0, tiny, tiny));
        assertThrows(IllegalArgumentException.class, () -> sum());
    }

    private double sum(double... values) {
        Slice[] lanes = new Slice[values.length];
        for (int lane = 0; lane < lanes.length; lane++) {
            lanes[lane] = slice(values[lane]);
        }
        Slice sum = zeros(1);
        kernels.sumLanes(lanes, 0, 1, sum);
        return read(sum)[0];
    }

    @Test
    void normIsSummedChunkByChunk() {
        int length = Kernels.NORM_CHUNK + 3;
        double[] values = new double[length];
        Arrays.fill(values, 2);
        Slice partial = slice(-1, -1);
        kernels.squaredNorm(slice(values), 0, 2, partial);
        assertArrayEquals(new double[] {4.0 * Kernels.NORM_CHUNK, 12}, read(partial), 0);
        write(partial, -1, -1);
        kernels.squaredNorm(slice(values), 1, 2, partial);
        assertArrayEquals(new double[] {-1, 12}, read(partial), 0);
        assertThrows(IllegalArgumentException.class, () -> kernels.squaredNorm(slice(values), 0, 3, zeros(3)));
    }

    /** The average of AdamW, by itself: of its range, in float32. */
    @Test
    void averageFollowsAtItsRate() {
        Slice target = slice(1, 1, 1, 1);
        kernels.average(1, 3, slice(9, 2, -1, 9), 0.25f, target);
        assertArrayEquals(new double[] {1, 1.25, 0.5, 1}, read(target), 0);
        kernels.average(0, 1, slice(1 + 1e-6), 0.1f, target);
        assertEquals((float) (1 + 0.1f * 1e-6), read(target)[0], 0x1p-23);
        assertThrows(IllegalArgumentException.class, () -> kernels.average(2, 1, slice(1, 1), 1, target));
        assertThrows(IllegalArgumentException.class, () -> kernels.average(0, 2, slice(1), 1, target));
    }

    @Test
    void clipLimitsTheGlobalNorm() {
        assertArrayEquals(new double[] {5, 2 / (5 + 1e-6)}, clip(2), 1e-15);
        assertArrayEquals(new double[] {5, 1}, clip(6), 0);
        assertArrayEquals(new double[] {5, 1}, clip(0), 0);
        assertArrayEquals(new double[] {5, 1}, clip(-1), 0);
    }

    /** Norm and factor for the partial sums 9 and 16. */
    private double[] clip(double maxNorm) {
        double[] step = new double[AdamStep.COUNT];
        step[AdamStep.MAX_NORM] = maxNorm;
        Slice block = slice(step);
        kernels.clip(slice(9, 16, 1000), 2, block);
        assertEquals(maxNorm, read(block)[AdamStep.MAX_NORM]);
        return new double[] {read(block)[AdamStep.NORM], read(block)[AdamStep.CLIP]};
    }
}
