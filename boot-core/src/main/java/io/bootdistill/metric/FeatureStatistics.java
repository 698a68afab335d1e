package io.bootdistill.metric;

import java.util.Objects;

/**
 * Mean and covariance of feature vectors that come in any number of portions, in float64 by Welford's update, which does not
 * cancel where the mean is large. Not thread-safe.
 */
public final class FeatureStatistics {

    private final int dimension;
    private final double[] mean;

    /** Σ (x − mean)(x − mean)ᵀ, the lower triangle. */
    private final double[] scatter;

    private final double[] before;
    private long count;

    /** @param dimension values of a vector, at least 1 */
    public FeatureStatistics(int dimension) {
        if (dimension < 1) {
            throw new IllegalArgumentException("dimension is " + dimension + ", must be at least 1");
        }
        this.dimension = dimension;
        mean = new double[dimension];
        before = new double[dimension];
        scatter = new double[Math.multiplyExact(dimension, dimension)];
    }

    /**
     * The statistics of images in the features of an extractor.
     *
     * @param images [n][channels][height][width], in [−1, 1]
     */
    public static FeatureStatistics of(FeatureExtractor extractor, float[] images) {
        Objects.requireNonNull(images, "images is missing");
        FeatureStatistics statistics = new FeatureStatistics(Objects.requireNonNull(extractor, "extractor is missing").dimension());
        statistics.add(extractor.features(images));
        return statistics;
    }

    /**
     * Adds vectors.
     *
     * @param features [n][dimension], finite
     * @throws IllegalArgumentException if the length is no multiple of the dimension, or a value is not finite
     */
    public void add(float[] features) {
        if (Objects.requireNonNull(features, "features is missing").length % dimension != 0) {
            throw new IllegalArgumentException(
                    "features has " + features.length + " values, must be a multiple of " + dimension);
        }
        for (int i = 0; i < features.length; i++) {
            if (!Float.isFinite(features[i])) {
                throw new IllegalArgumentException("feature " + i % dimension + " of vector " + i / dimension + " is "
                        + features[i] + ", must be finite");
            }
        }
        for (int row = 0; row < features.length; row += dimension) {
            count++;
            for (int i = 0; i < dimension; i++) {
                before[i] = features[row + i] - mean[i];
                mean[i] += before[i] / count;
            }
            for (int i = 0; i < dimension; i++) {
                double after = features[row + i] - mean[i];
                for (int k = 0; k <= i; k++) {
                    scatter[i * dimension + k] += after * before[k];
                }
            }
        }
    }

    /** Vectors so far. */
    public long count() {
        return count;
    }

    public int dimension() {
        return dimension;
    }

    public double[] mean() {
        return mean.clone();
    }

    /**
     * The unbiased covariance, [dimension][dimension].
     *
     * @throws IllegalStateException with fewer than two vectors
     */
    public double[] covariance() {
        if (count < 2) {
            throw new IllegalStateException("a covariance needs at least 2 vectors, there are " + count);
        }
        double[] covariance = new double[scatter.length];
        for (int i = 0; i < dimension; i++) {
            for (int k = 0; k <= i; k++) {
                double value = scatter[i * dimension + k] / (count - 1);
                covariance[i * dimension + k] = value;
                covariance[k * dimension + i] = value;
            }
        }
        return covariance;
    }
}
