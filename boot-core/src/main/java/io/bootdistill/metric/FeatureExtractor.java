package io.bootdistill.metric;

/**
 * Turns images into vectors whose distances mean something to a person: the last layer of a classifier, say. Distances between
 * sets of images ({@link FrechetDistance}, {@link PrecisionRecall}) are measured on these.
 */
public interface FeatureExtractor {

    /** Values of a feature vector, at least 1. */
    int dimension();

    /**
     * Extracts the features of images. The features of an image depend on that image alone.
     *
     * @param images [n][channels][height][width], in [−1, 1]
     * @return [n][{@link #dimension()}]
     */
    float[] features(float[] images);
}
