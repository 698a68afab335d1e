package io.bootdistill.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Philox;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fast")
class PrecisionRecallTest {

    private static final int DIMENSION = 5;

    /** Narrow clusters far from each other, at 10, 20, … on the first axis; point i belongs to cluster i mod their number. */
    private static float[] clusters(int draw, int count, int... places) {
        float[] points = new float[count * DIMENSION];
        for (int i = 0; i < points.length; i++) {
            int point = i / DIMENSION;
            points[i] = Philox.normal(23, draw, i) + (i % DIMENSION == 0 ? 10f * places[point % places.length] : 0);
        }
        return points;
    }

    private static PrecisionRecall of(float[] real, float[] generated) {
        return PrecisionRecall.of(real, generated, DIMENSION, 3);
    }

    @Test
    void equalSets() {
        float[] set = clusters(0, 100, 1);
        assertEquals(new PrecisionRecall(1, 1), of(set, set));
    }

    @Test
    void setsOfOneDistribution() {
        PrecisionRecall found = of(clusters(0, 1000, 1, 2), clusters(1, 1000, 1, 2));
        assertTrue(found.precision() > 0.8 && found.recall() > 0.8, found.toString());
    }

    @Test
    void shiftedSetHasNeither() {
        assertEquals(new PrecisionRecall(0, 0), of(clusters(0, 200, 1, 2), clusters(1, 200, 5, 6)));
    }

    @Test
    void droppedModesCostRecall() {
        PrecisionRecall found = of(clusters(0, 800, 1, 2, 3, 4), clusters(1, 800, 2));
        assertTrue(found.precision() > 0.7, found.toString());
        assertEquals(0.25, found.recall(), 0.05);
    }

    @Test
    void inventedModesCostPrecision() {
        PrecisionRecall found = of(clusters(0, 800, 2), clusters(1, 800, 1, 2, 3, 4));
        assertEquals(0.25, found.precision(), 0.05);
        assertTrue(found.recall() > 0.7, found.toString());
    }

    @Test
    void oneRealImageOverAndOverIsPreciseAndRecallsNothing() {
        float[] real = clusters(0, 500, 1, 2);
        float[] collapsed = new float[real.length];
        for (int i = 0; i < collapsed.length; i++) {
            collapsed[i] = real[i % DIMENSION];
        }
        assertEquals(new PrecisionRecall(1, 1 / 500.0), of(real, collapsed));
    }

    /** Sizes that fill no block. */
    @Test
    void blocksMatchTheDefinition() {
        float[] real = clusters(0, 1061, 1, 2);
        float[] generated = clusters(1, 533, 2, 3);
        for (int k : new int[] {1, 3, 10}) {
            PrecisionRecall found = PrecisionRecall.of(real, generated, DIMENSION, k);
            assertEquals(covered(generated, real, k), found.precision(), 1e-12);
            assertEquals(covered(real, generated, k), found.recall(), 1e-12);
        }
    }

    private static double covered(float[] points, float[] centres, int k) {
        int n = centres.length / DIMENSION;
        double[] radii = new double[n];
        for (int j = 0; j < n; j++) {
            double[] distances = new double[n];
            for (int l = 0; l < n; l++) {
                distances[l] = distance(centres, j, centres, l);
            }
            Arrays.sort(distances);
            radii[j] = distances[k]; // the first is itself
        }
        int count = 0;
        for (int i = 0; i < points.length / DIMENSION; i++) {
            boolean within = false;
            for (int j = 0; j < n; j++) {
                within |= distance(points, i, centres, j) <= radii[j];
            }
            count += within ? 1 : 0;
        }
        return count / (double) (points.length / DIMENSION);
    }

    private static double distance(float[] a, int i, float[] b, int j) {
        double sum = 0;
        for (int d = 0; d < DIMENSION; d++) {
            sum += Math.pow((double) a[i * DIMENSION + d] - b[j * DIMENSION + d], 2);
        }
        return sum;
    }

    @Test
    void wrongArgumentsAreRefused() {
        float[] five = new float[5 * DIMENSION];
        assertThrows(IllegalArgumentException.class, () -> PrecisionRecall.of(five, five, DIMENSION, 0));
        assertThrows(IllegalArgumentException.class, () -> PrecisionRecall.of(five, five, DIMENSION, 5));
        assertThrows(IllegalArgumentException.class, () -> PrecisionRecall.of(five, new float[7], DIMENSION, 1));
        assertThrows(IllegalArgumentException.class, () -> PrecisionRecall.of(five, five, 0, 1));
        float[] infinite = new float[5 * DIMENSION];
        infinite[3] = Float.POSITIVE_INFINITY;
        assertThrows(IllegalArgumentException.class, () -> PrecisionRecall.of(infinite, five, DIMENSION, 1));
    }
}
