package io.bootdistill.examples.extractor;

import io.bootdistill.device.Device;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.SafetensorsFile;
import java.nio.file.Path;
import java.util.List;

/**
 * What tells the concept, the style and the ground of a picture of an emoji, with the words that it knows. Thread-safe.
 *
 * @param classifier reads [n][3][64][64] in [−1, 1]; its questions are concept, style and ground
 * @param words what its answers are the numbers of
 */
public record EmojiClassifier(Classifier classifier, EmojiWords words) implements AutoCloseable {

    private static final List<Integer> WIDTHS = List.of(32, 64, 96, 64);

    static ClassifierNetwork network(EmojiWords words) {
        return new ClassifierNetwork(EmojiPictures.SHAPE, 2, WIDTHS, words.answers());
    }

    /**
     * Reads the classifier from its folder.
     *
     * @throws ModelFormatException if the file is missing, damaged, or that of another classifier
     */
    public static EmojiClassifier load(Path folder, Device device) {
        Path path = folder.resolve(Classifier.FILE);
        EmojiWords words;
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            words = EmojiWords.of(file.metadata(), path);
        }
        return new EmojiClassifier(Classifier.load(folder, network(words), device), words);
    }

    @Override
    public void close() {
        classifier.close();
    }
}
