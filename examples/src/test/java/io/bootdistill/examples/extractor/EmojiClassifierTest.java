package io.bootdistill.examples.extractor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BundledTeacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.examples.ruler.PromptRuler;
import io.bootdistill.format.DType;
import io.bootdistill.format.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmojiClassifierTest {

    private static final Path EXTRACTORS = BundledTeacher.folder().getParent().resolveSibling("extractors");
    private static final Path COMMITTED = EXTRACTORS.resolve("emoji-64");

    private final Device device = Devices.best();

    @TempDir
    private Path folder;

    private EmojiPictures scenes(int count) throws IOException {
        EmojiScenes.write(folder, count, 3);
        return EmojiPictures.read(folder);
    }

    private double train(EmojiPictures pictures, EmojiWords words, int epochs) throws IOException {
        double loss = 0;
        try (ClassifierTraining training = new ClassifierTraining(
                device, EmojiClassifier.network(pictures.words()), pictures.training(), 2, 1.1, epochs, 1)) {
            double first = training.run(0);
            assertEquals(3 * Math.log(2), first, 1, "a fresh network knows nothing of three questions");
            for (long step = 1; step < training.steps(); step++) {
                loss = training.run(step);
            }
            training.save(folder.resolve(Classifier.FILE), DType.F16, words.metadata());
        }
        return loss;
    }

    @Test
    void learnsThreeQuestionsAtOnceAndMeasures() throws IOException {
        EmojiPictures pictures = scenes(320);
        assertTrue(train(pictures, pictures.words(), 60) < 0.2);
        LabelledPictures test = pictures.test();
        try (EmojiClassifier trained = EmojiClassifier.load(folder, device)) {
            assertEquals(pictures.words(), trained.words());
            Classifier.Reading reading = trained.classifier().read(test.images());
            assertTrue(trained.classifier().dimension() <= 64);
            assertEquals(test.count() * trained.classifier().dimension(), reading.features().length);
            PromptFaithfulness right = PromptFaithfulness.of(reading.classes(), test.classes());
            assertTrue(right.concept() > 0.9 && right.style() > 0.9 && right.ground() > 0.9, right.toString());
        }
        try (PromptRuler ruler = new PromptRuler(folder, folder, device)) {
            float[] all = pictures.all();
            PromptRuler.PromptFigures same = ruler.measure(all, pictures.captions());
            assertEquals(0, same.frechet(), 1e-6, "from the pictures to themselves");
            assertTrue(same.faithfulness().all() > 0.9, same.toString());
            float[] black = new float[all.length];
            Arrays.fill(black, -1);
            PromptRuler.PromptFigures other = ruler.measure(black, pictures.captions());
            assertTrue(other.frechet() > 0.1 && other.faithfulness().ground() < 0.7, other.toString());
            assertThrows(IllegalArgumentException.class, () -> ruler.measure(all, List.of("disc")));
        }
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        refused(folder.resolve("none"), folder.resolve("none/model.safetensors").toString());
        Path fashion = EXTRACTORS.resolve("fashion-mnist-16");
        refused(fashion, fashion.resolve(Classifier.FILE).toString(), "is no classifier of prompts", "extractors/emoji-64");
        EmojiPictures pictures = scenes(160);
        List<String> three = List.of("disc", "square", "star");
        train(pictures, new EmojiWords(three, EmojiScenes.STYLES, EmojiScenes.GROUNDS), 1);
        refused(folder, folder.resolve(Classifier.FILE).toString(), "logits.weight has shape [6, 64], must be [7, 64]");
    }

    private void refused(Path from, String... parts) {
        String message =
                assertThrows(ModelFormatException.class, () -> EmojiClassifier.load(from, device)).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    @Test
    void picturesOfOtherWordsAreRefused() throws IOException {
        scenes(10);
        String message =
                assertThrows(IllegalArgumentException.class, () -> new PromptRuler(COMMITTED, folder, device)).getMessage();
        assertTrue(message.contains("disc\" is no concept"), message);
    }

    /** Without the data set: it knows its words, is small, and sees the colour of an empty ground. */
    @Test
    void committedClassifierKnowsGrounds() {
        try (SafetensorsFile file = SafetensorsFile.open(COMMITTED.resolve(Classifier.FILE))) {
            assertTrue(file.names().stream().allMatch(name -> file.dtype(name) == DType.F16));
        }
        try (EmojiClassifier committed = EmojiClassifier.load(COMMITTED, device)) {
            assertEquals(List.of(116, 3, 12), committed.words().answers());
            Map<String, float[]> colours = Map.of("black", new float[] {-1, -1, -1}, "white", new float[] {1, 1, 1});
            colours.forEach((ground, colour) -> {
                float[] picture = new float[3 * 64 * 64];
                for (int i = 0; i < picture.length; i++) {
                    picture[i] = colour[i / (64 * 64)];
                }
                int found = committed.classifier().read(picture).classes()[2][0];
                assertEquals(ground, committed.words().grounds().get(found));
            });
        }
    }

    @Test
    void halvesAreTheNearest() {
        assertEquals(1 + 0x1p-10f, ClassifierTraining.half(1 + 0x1p-11f + 0x1p-20f));
        assertEquals(1, ClassifierTraining.half(1 + 0x1p-11f), "of two, the even one");
        assertEquals(2, ClassifierTraining.half(2 - 0x1p-12f));
        assertEquals(-3 * 0x1p-24f, ClassifierTraining.half(-3.4f * 0x1p-24f));
        assertEquals(0, ClassifierTraining.half(0));
    }
}
