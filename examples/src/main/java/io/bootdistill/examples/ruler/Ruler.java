package io.bootdistill.examples.ruler;

import io.bootdistill.device.Device;
import io.bootdistill.examples.extractor.Classifier;
import io.bootdistill.examples.extractor.FashionMnist;
import io.bootdistill.metric.ClassAccuracy;
import io.bootdistill.metric.FeatureStatistics;
import io.bootdistill.metric.FrechetDistance;
import io.bootdistill.metric.PrecisionRecall;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Measures models of 16×16 Fashion-MNIST: samples of held-out noise, label i mod 10 with noise i, against the test images in
 * the features of the fixed extractor. Thread-safe.
 */
public final class Ruler implements AutoCloseable {

    /** Test images, and samples of a model: distances of fewer are larger. */
    public static final int COUNT = 10_000;

    /** Neighbours of precision and recall. */
    private static final int NEIGHBOURS = 3;

    private final Classifier extractor;
    private final int count;
    private final float[] imageFeatures;
    private final FeatureStatistics images;

    /**
     * @param images folder of Fashion-MNIST's IDX files
     * @param count samples of a model, and test images: at most all
     */
    public Ruler(Path extractorFolder, Path images, Device device, int count) {
        float[] test = FashionMnist.test(images).images();
        extractor = Classifier.load(extractorFolder, FashionMnist.NETWORK, device);
        try {
            this.count = count;
            int size = extractor.shape().size();
            imageFeatures = extractor.features(Arrays.copyOf(test, Math.min(test.length, count * size)));
            this.images = statistics(imageFeatures);
        } catch (RuntimeException | Error e) {
            extractor.close();
            throw e;
        }
    }

    /** Whether models with such images and conditions can be measured. */
    public static boolean fits(ImageShape shape, ConditionShape condition) {
        return shape.equals(FashionMnist.NETWORK.shape())
                && condition instanceof ConditionShape.Label label
                && label.count() >= FashionMnist.CLASSES;
    }

    /** The labels that the noises take in turn. */
    public static int[] labels() {
        return IntStream.range(0, FashionMnist.CLASSES).toArray();
    }

    /** Samples of a model that are measured. */
    public int count() {
        return count;
    }

    /** Measures samples of a model, {@link #count} or more. */
    public Figures measure(float[] samples) {
        Classifier.Reading reading = extractor.read(first(samples));
        PrecisionRecall coverage =
                PrecisionRecall.of(imageFeatures, reading.features(), extractor.dimension(), NEIGHBOURS);
        return new Figures(
                FrechetDistance.between(images, statistics(reading.features())), coverage.precision(), coverage.recall(),
                ClassAccuracy.of(reading.classes()[0], HeldOutSamples.labels(labels(), 0, count)));
    }

    /** Measures the Fréchet distance alone, which is much faster. */
    public double frechet(float[] samples) {
        return FrechetDistance.between(images, FeatureStatistics.of(extractor, first(samples)));
    }

    private float[] first(float[] samples) {
        int length = count * extractor.shape().size();
        if (samples.length < length) {
            throw new IllegalArgumentException("samples has " + samples.length + " values, must have " + length + " or more");
        }
        return Arrays.copyOf(samples, length);
    }

    private FeatureStatistics statistics(float[] features) {
        FeatureStatistics statistics = new FeatureStatistics(extractor.dimension());
        statistics.add(features);
        return statistics;
    }

    @Override
    public void close() {
        extractor.close();
    }
}
