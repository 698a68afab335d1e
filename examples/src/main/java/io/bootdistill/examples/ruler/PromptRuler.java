package io.bootdistill.examples.ruler;

import io.bootdistill.device.Device;
import io.bootdistill.examples.extractor.Classifier;
import io.bootdistill.examples.extractor.EmojiClassifier;
import io.bootdistill.examples.extractor.EmojiPictures;
import io.bootdistill.examples.extractor.PromptFaithfulness;
import io.bootdistill.metric.FeatureStatistics;
import io.bootdistill.metric.FrechetDistance;
import java.nio.file.Path;
import java.util.List;

/**
 * Measures pictures of prompts: whether they show what the prompts say, and how far they are from captioned pictures, in the
 * features of the fixed classifier. Thread-safe.
 */
public final class PromptRuler implements AutoCloseable {

    private final EmojiClassifier extractor;
    private final FeatureStatistics pictures;

    /**
     * What was measured.
     *
     * @param frechet Fréchet distance to the captioned pictures; of fewer samples it is larger
     * @param faithfulness the classifier's answers
     */
    public record PromptFigures(double frechet, PromptFaithfulness faithfulness) {}

    /**
     * @param pictures folder of captioned pictures, all of which are compared with
     * @throws io.bootdistill.error.ModelFormatException if the classifier is another one, or a picture cannot be read
     */
    public PromptRuler(Path extractorFolder, Path pictures, Device device) {
        extractor = EmojiClassifier.load(extractorFolder, device);
        try {
            EmojiPictures captioned = EmojiPictures.read(pictures);
            extractor.words().classes(captioned.captions()); // refuses those of others
            this.pictures = FeatureStatistics.of(extractor.classifier(), captioned.all());
        } catch (RuntimeException | Error e) {
            extractor.close();
            throw e;
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
        FeatureStatistics statistics = new FeatureStatistics(extractor.classifier().dimension());
        statistics.add(reading.features());
        return new PromptFigures(FrechetDistance.between(pictures, statistics), faithfulness);
    }

    @Override
    public void close() {
        extractor.close();
    }
}
