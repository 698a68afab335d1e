package io.bootdistill.examples.ruler;

import io.bootdistill.device.Device;
import io.bootdistill.examples.extractor.Classifier;
import io.bootdistill.examples.extractor.EmojiClassifier;
import io.bootdistill.examples.extractor.EmojiPictures;
import io.bootdistill.examples.extractor.PromptFaithfulness;
import io.bootdistill.metric.FeatureStatistics;
import io.bootdistill.metric.FrechetDistance;
import io.bootdistill.network.ImageShape;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Measures pictures of prompts: whether they show what the prompts say, and how far they are from captioned pictures, in the
 * features of the fixed classifier. Thread-safe.
 */
public final class PromptRuler implements AutoCloseable {

    private final EmojiClassifier extractor;

    /** Null where there are none to compare with. */
    private final FeatureStatistics pictures;

    /**
     * What was measured.
     *
     * @param frechet Fréchet distance to the captioned pictures; of fewer samples it is larger; NaN without such pictures
     * @param faithfulness the classifier's answers
     */
    public record PromptFigures(double frechet, PromptFaithfulness faithfulness) {

        /** Where nothing was measured. */
        public static final PromptFigures UNKNOWN = new PromptFigures(Double.NaN, PromptFaithfulness.UNKNOWN);
    }

    /**
     * @param pictures folder of captioned pictures, all of which are compared with; null for none
     * @throws io.bootdistill.error.ModelFormatException if the classifier is another one, or a picture cannot be read
     */
    public PromptRuler(Path extractorFolder, Path pictures, Device device) {
        extractor = EmojiClassifier.load(extractorFolder, device);
        try {
            this.pictures = pictures == null ? null : statistics(EmojiPictures.read(pictures));
        } catch (RuntimeException | Error e) {
            extractor.close();
            throw e;
        }
    }

    private FeatureStatistics statistics(EmojiPictures captioned) {
        extractor.words().classes(captioned.captions()); // refuses those of others
        return FeatureStatistics.of(extractor.classifier(), captioned.all());
    }

    /** Why the classifier has nothing to say of pictures of such a shape, or of prompts; empty where it has. */
    public Optional<String> misfit(ImageShape picture, List<String> prompts) {
        ImageShape read = extractor.classifier().shape();
        if (!picture.equals(read)) {
            return Optional.of("the pictures are " + picture + ", those that the classifier knows " + read);
        }
        try {
            extractor.words().classes(prompts);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(e.getMessage());
        }
    }

    /**
     * Measures pictures.
     *
     * @param samples [n][3][64][64], in [−1, 1]; n at least 2
     * @param prompts of each sample
     * @throws IllegalArgumentException if there are not as many of both, or a prompt has a word that the classifier does not know
     */
    public PromptFigures measure(float[] samples, List<String> prompts) {
        Classifier.Reading reading = extractor.classifier().read(samples);
        PromptFaithfulness faithfulness =
                PromptFaithfulness.of(reading.classes(), extractor.words().classes(prompts));
        return new PromptFigures(pictures == null ? Double.NaN : frechet(reading.features()), faithfulness);
    }

    private double frechet(float[] features) {
        FeatureStatistics statistics = new FeatureStatistics(extractor.classifier().dimension());
        statistics.add(features);
        return FrechetDistance.between(pictures, statistics);
    }

    @Override
    public void close() {
        extractor.close();
    }
}
