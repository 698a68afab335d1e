package io.bootdistill.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Philox;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** f̃ of a sample, in an interval of times and rescaled, against the formulas in float64. */
@Tag("fast")
class GuidedPredictionTest {

    private static final int SIZE = 60;
    private static final int FROM = 7;
    private static final double W = 4;
    private static final double LEAST = 0.25;
    private static final double MOST = 0.75;

    /** Two roundings to float32 of values that are at most so large. */
    private static double tolerance(double largest) {
        return 2 * Math.ulp((float) largest);
    }

    /** A sample among others, with a mean that is not 0: it is no part of a deviation. */
    private static float[] values(int stream) {
        float[] values = new float[FROM + SIZE + 5];
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.7f * Philox.normal(8, stream, i) + 0.4f;
        }
        return values;
    }

    private static double deviation(double[] values) {
        double mean = Arrays.stream(values).average().orElseThrow();
        return Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElseThrow());
    }

    private static double[] sample(float[] values) {
        return IntStream.range(FROM, FROM + SIZE).mapToDouble(i -> values[i]).toArray();
    }

    private static float[] guided(double t, double rescale, float[] given, float[] without) {
        float[] f = given.clone();
        new Guidance(1, 0, new GuidanceInterval(LEAST, MOST), rescale).guide(f, without, W, t, FROM, SIZE);
        return f;
    }

    @ParameterizedTest
    @CsvSource({"0.5, 0", "0.5, 0.7", "0.5, 1", "0.25, 0.7", "0.75, 0.7", "0.2499, 0", "0.2499, 0.7", "0.7501, 1", "1, 0.7"})
    void isThatOfTheFormulas(double t, double rescale) {
        float[] given = values(0);
        float[] without = values(1);
        double[] fc = sample(given);
        double[] fn = sample(without);
        double w = t >= LEAST && t <= MOST ? W : 1;
        double[] expected = IntStream.range(0, SIZE).mapToDouble(i -> fn[i] + w * (fc[i] - fn[i])).toArray();
        double factor = rescale * deviation(fc) / deviation(expected) + 1 - rescale;
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        float[] found = guided(t, rescale, given, without);
        for (int i = 0; i < SIZE; i++) {
            assertEquals(factor * expected[i], found[FROM + i], tolerance(largest), "value " + i);
        }
        assertArrayEquals(values(1), without);
        assertArrayEquals(Arrays.copyOf(given, FROM), Arrays.copyOf(found, FROM), "those before are another sample's");
        assertArrayEquals(Arrays.copyOfRange(given, FROM + SIZE, given.length),
                Arrays.copyOfRange(found, FROM + SIZE, found.length));
        assertTrue(w == 1 || deviation(expected) > 2 * deviation(fc), "guidance that does something");
    }

    @Test
    void rescaledWhollyItHasTheDeviationOfTheConditionalPrediction() {
        float[] given = values(0);
        assertEquals(deviation(sample(given)), deviation(sample(guided(0.5, 1, given, values(1)))), tolerance(10));
    }

    /** A prediction of one value everywhere has no deviation to rescale. */
    @Test
    void evenPredictionsStayFinite() {
        float[] given = new float[FROM + SIZE];
        float[] without = new float[given.length];
        Arrays.fill(given, 0.5f);
        Arrays.fill(without, 0.25f);
        for (float value : Arrays.copyOfRange(guided(0.5, 1, given, without), FROM, given.length)) {
            assertEquals(1.25f, value);
        }
    }

    @Test
    void rangesAreChecked() {
        for (double wrong : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThrows(IllegalArgumentException.class, () -> new Guidance(2, 0, GuidanceInterval.ALWAYS, wrong));
            assertThrows(IllegalArgumentException.class, () -> new GuidanceInterval(wrong, 1));
            assertThrows(IllegalArgumentException.class, () -> new GuidanceInterval(0, wrong));
        }
        String message = assertThrows(IllegalArgumentException.class, () -> new GuidanceInterval(0.5, 0.4)).getMessage();
        assertEquals("most is 0.4, must be in [0.5, 1]", message);
    }
}
