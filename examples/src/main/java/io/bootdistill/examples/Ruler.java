package io.bootdistill.examples;

import io.bootdistill.HeldOut;
import io.bootdistill.device.Device;
import io.bootdistill.examples.extractor.Classifier;
import io.bootdistill.examples.extractor.FashionMnist;
import io.bootdistill.metric.ClassAccuracy;
import io.bootdistill.metric.Diversity;
import io.bootdistill.metric.FeatureStatistics;
import io.bootdistill.metric.FrechetDistance;
import io.bootdistill.metric.PairedError;
import io.bootdistill.metric.PrecisionRecall;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;

/**
 * Measures models of 16×16 Fashion-MNIST: samples of held-out noise, label i mod 10 with noise i, clamped to [−1, 1], against
 * the test images in the features of the fixed extractor, and against the reference sampler on the first of the same noises.
 */
final class Ruler implements AutoCloseable {

    /** Noises on which a model is compared with the reference, one by one. */
    private static final int PAIRED = 1_000;

    /** Samples that are asked for at a time. */
    private static final int PORTION = 1_000;

    /** Neighbours of precision and recall. */
    private static final int NEIGHBOURS = 3;

    /** Makes images of seeds and labels: [seeds][channels][height][width]. */
    @FunctionalInterface
    interface Generator {
        float[] sample(long[] seeds, int[] labels);
    }

    /** Follows the sampling. */
    @FunctionalInterface
    interface Progress {
        void sampled(int done, int total);
    }

    /**
     * What was measured.
     *
     * @param frechet Fréchet distance
     * @param pairedRmse against the reference on the same noise
     * @param psnr likewise, in dB
     * @param leastDiversity the diversity ratio of the class where it is least
     * @param mostDiversity of the class where it is greatest
     * @param accuracy share of the samples in which the classifier finds the label
     */
    record Figures(
            double frechet, double precision, double recall, double pairedRmse, double psnr, double leastDiversity,
            double mostDiversity, double accuracy) {}

    private final Classifier extractor;
    private final int count;
    private final float[] imageFeatures;
    private final FeatureStatistics images;
    private final float[] reference;

    /**
     * @param images folder of Fashion-MNIST's IDX files
     * @param reference the reference sampler
     * @param count samples of a model, and test images: at most all
     */
    Ruler(Path extractorFolder, Path images, Device device, Generator reference, int count, Progress progress) {
        float[] test = FashionMnist.test(images).images();
        extractor = Classifier.load(extractorFolder, device);
        try {
            this.count = count;
            int size = extractor.shape().size();
            imageFeatures = extractor.features(Arrays.copyOf(test, Math.min(test.length, count * size)));
            this.images = statistics(imageFeatures);
            this.reference = sample(reference, Math.min(PAIRED, count), progress);
        } catch (RuntimeException | Error e) {
            extractor.close();
            throw e;
        }
    }

    /** Measures a model. */
    Figures measure(Generator model, Progress progress) {
        float[] samples = sample(model, count, progress);
        float[] features = extractor.features(samples);
        PrecisionRecall coverage = PrecisionRecall.of(imageFeatures, features, extractor.dimension(), NEIGHBOURS);
        float[] paired = Arrays.copyOf(samples, reference.length);
        Collection<Double> diversity = Diversity.perClass(paired, reference, classes()).values();
        return new Figures(
                FrechetDistance.between(images, statistics(features)), coverage.precision(), coverage.recall(),
                PairedError.rmse(paired, reference), PairedError.psnr(paired, reference),
                diversity.isEmpty() ? Double.NaN : Collections.min(diversity),
                diversity.isEmpty() ? Double.NaN : Collections.max(diversity),
                ClassAccuracy.of(extractor.classes(samples), labels(0, count)));
    }

    private FeatureStatistics statistics(float[] features) {
        FeatureStatistics statistics = new FeatureStatistics(extractor.dimension());
        statistics.add(features);
        return statistics;
    }

    private float[] sample(Generator model, int total, Progress progress) {
        int size = extractor.shape().size();
        long[] seeds = HeldOut.seeds(total);
        float[] samples = new float[total * size];
        for (int from = 0; from < total; from += PORTION) {
            int to = Math.min(total, from + PORTION);
            float[] portion = model.sample(Arrays.copyOfRange(seeds, from, to), labels(from, to));
            System.arraycopy(PairedError.clamp(portion), 0, samples, from * size, portion.length);
            progress.sampled(to, total);
        }
        return samples;
    }

    private static int[] labels(int from, int to) {
        int[] labels = new int[to - from];
        Arrays.setAll(labels, i -> (from + i) % FashionMnist.CLASSES);
        return labels;
    }

    private float[] classes() {
        float[] classes = new float[reference.length / extractor.shape().size()];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = i % FashionMnist.CLASSES;
        }
        return classes;
    }

    @Override
    public void close() {
        extractor.close();
    }
}
