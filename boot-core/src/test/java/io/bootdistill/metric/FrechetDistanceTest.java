package io.bootdistill.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Philox;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fast")
class FrechetDistanceTest {

    private static final double[] NONE = {0, 0};

    /** √eigenvalues of rounding noise, relative to 1: what singular directions cost. */
    private static final double ROUNDING = Math.sqrt(Math.ulp(1.0));

    private static float[] normal(int draw, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = Philox.normal(11, draw, i);
        }
        return values;
    }

    private static FeatureStatistics statistics(int dimension, float[] features) {
        FeatureStatistics statistics = new FeatureStatistics(dimension);
        statistics.add(features);
        return statistics;
    }

    /** An extractor of the user's: of images of three pixels, the sum and the last one. */
    @Test
    void ofImagesInTheFeaturesOfAnExtractor() {
        FeatureExtractor extractor = new FeatureExtractor() {
            @Override
            public int dimension() {
                return 2;
            }

            @Override
            public float[] features(float[] images) {
                float[] features = new float[images.length / 3 * 2];
                for (int i = 0; i < images.length / 3; i++) {
                    features[2 * i] = images[3 * i] + images[3 * i + 1] + images[3 * i + 2];
                    features[2 * i + 1] = images[3 * i + 2];
                }
                return features;
            }
        };
        float[] images = normal(0, 30 * 3);
        float[] shifted = images.clone();
        for (int i = 0; i < shifted.length; i += 3) {
            shifted[i] += 3;
            shifted[i + 2] -= 4;
        }
        assertEquals(1 + 16, FrechetDistance.between(
                FeatureStatistics.of(extractor, images), FeatureStatistics.of(extractor, shifted)), 1e-5);
    }

    @Test
    void ofMeansIsTheSquaredDistance() {
        double[] covariance = {2, 0.5, 0.5, 1};
        assertEquals(25, FrechetDistance.between(NONE, covariance, new double[] {3, -4}, covariance), 1e-12);
    }

    /** Where the covariances commute it is Σ (√λ₁ − √λ₂)². */
    @Test
    void ofDiagonalCovariances() {
        double[] a = {4, 0, 0, 9};
        double[] b = {1, 0, 0, 0.25};
        assertEquals(1 + 6.25, FrechetDistance.between(NONE, a, NONE, b), 1e-12);
    }

    /** Where they do not: in two dimensions Tr (AB)^½ = √(Tr AB + 2 √det AB). */
    @Test
    void ofCovariancesThatDoNotCommute() {
        double[] a = {4, 1, 1, 2};
        double[] b = {1, -0.7, -0.7, 3};
        double trace = 4 * 1 + 2 * (1 * -0.7) + 2 * 3;
        double determinant = (4 * 2 - 1) * (1 * 3 - 0.49);
        double expected = 4 + 2 + 1 + 3 - 2 * Math.sqrt(trace + 2 * Math.sqrt(determinant));
        assertEquals(expected, FrechetDistance.between(NONE, a, NONE, b), 1e-12);
        assertEquals(expected, FrechetDistance.between(NONE, b, NONE, a), 1e-12);
    }

    /** For Σ₁ = uuᵀ and Σ₂ = vvᵀ the trace of the root is |u·v|. */
    @Test
    void ofSingularCovariances() {
        int d = 40;
        double[] u = new double[d];
        double[] v = new double[d];
        double[] a = new double[d * d];
        double[] b = new double[d * d];
        double dot = 0;
        double traces = 0;
        for (int i = 0; i < d; i++) {
            u[i] = Philox.normal(5, 0, i);
            v[i] = Philox.normal(5, 1, i);
            dot += u[i] * v[i];
            traces += u[i] * u[i] + v[i] * v[i];
        }
        for (int i = 0; i < d * d; i++) {
            a[i] = u[i / d] * u[i % d];
            b[i] = v[i / d] * v[i % d];
        }
        double distance = FrechetDistance.between(new double[d], a, new double[d], b);
        assertEquals(traces - 2 * Math.abs(dot), distance, d * traces * ROUNDING);
        assertEquals(traces - 2 * Math.abs(dot), distance, 1e-4 * traces);
    }

    @Test
    void ofASetToItselfIsZero() {
        for (int count : new int[] {2, 10, 200}) { // of 64 dimensions: the first two are singular
            FeatureStatistics set = statistics(64, normal(0, count * 64));
            double distance = FrechetDistance.between(set, set);
            assertTrue(distance >= 0 && distance < 64 * 64 * ROUNDING, count + " vectors: " + distance);
        }
    }

    @Test
    void ofLargeSamplesApproachesThatOfTheirGaussians() {
        int n = 20_000;
        float[] a = normal(1, 2 * n);
        float[] b = normal(2, 2 * n);
        for (int i = 0; i < 2 * n; i += 2) { // covariances {1, 0, 0, 1} and {4, 2, 2, 2}, means 0 and {1, −2}
            float first = b[i];
            b[i] = 2 * first + 1;
            b[i + 1] = first + b[i + 1] - 2;
        }
        double expected = 5 + FrechetDistance.between(NONE, new double[] {1, 0, 0, 1}, NONE, new double[] {4, 2, 2, 2});
        assertEquals(expected, FrechetDistance.between(statistics(2, a), statistics(2, b)), 5 * expected / Math.sqrt(n));
    }

    @Test
    void wrongArgumentsAreRefused() {
        FeatureStatistics two = new FeatureStatistics(2);
        assertThrows(IllegalArgumentException.class, () -> FrechetDistance.between(two, new FeatureStatistics(3)));
        assertThrows(IllegalStateException.class, () -> FrechetDistance.between(two, two));
        assertThrows(IllegalArgumentException.class, () -> FrechetDistance.between(NONE, new double[4], NONE, new double[3]));
        assertThrows(IllegalArgumentException.class, () -> two.add(new float[3]));
        assertThrows(IllegalArgumentException.class, () -> two.add(new float[] {0, Float.NaN}));
        assertEquals(0, two.count());
    }

    // ---- the statistics

    @Test
    void meanAndCovariance() {
        FeatureStatistics set = statistics(2, new float[] {1, 2, 3, 6, 5, 1});
        assertArrayEquals(new double[] {3, 3}, set.mean(), 1e-15);
        assertArrayEquals(new double[] {4, -1, -1, 7}, set.covariance(), 1e-14);
    }

    @Test
    void portionsDoNotMatterNorDoesALargeMean() {
        float[] features = normal(3, 300);
        for (int i = 0; i < features.length; i++) {
            features[i] = 1e5f + Math.round(64 * features[i]) / 64f; // exact in float32
        }
        FeatureStatistics all = statistics(3, features);
        FeatureStatistics portions = new FeatureStatistics(3);
        portions.add(Arrays.copyOf(features, 3));
        portions.add(Arrays.copyOfRange(features, 3, 3));
        portions.add(Arrays.copyOfRange(features, 3, 300));
        assertArrayEquals(all.covariance(), portions.covariance());
        for (int i = 0; i < features.length; i++) {
            features[i] -= 1e5f;
        }
        assertArrayEquals(statistics(3, features).covariance(), all.covariance(), 1e5 * 100 * Math.ulp(1.0));
    }
}
