package io.bootdistill.examples.extractor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BundledTeacher;
import io.bootdistill.Sampler;
import io.bootdistill.Teacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Philox;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.DType;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.metric.ClassAccuracy;
import io.bootdistill.metric.PairedError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClassifierTest {

    private static final Path COMMITTED = BundledTeacher.folder().getParent().resolveSibling("extractors/fashion-mnist-16");
    private static final int SIZE = 16 * 16;

    private final Device device = Devices.best();

    @TempDir
    private Path folder;

    /** Ten kinds of noisy stripes: no data set is needed to see that training works. */
    private static LabelledPictures stripes(int count, int draw) {
        float[] images = new float[count * SIZE];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = i % 10;
            for (int k = 0; k < SIZE; k++) {
                int row = k / 16;
                boolean bright = row == labels[i] || row == labels[i] + 5;
                images[i * SIZE + k] = (bright ? 0.5f : -0.5f) + 0.3f * Philox.normal(9, draw, (long) i * SIZE + k);
            }
        }
        return new LabelledPictures(FashionMnist.NETWORK.shape(), images, new int[][] {labels});
    }

    private Path train(int epochs, long seed, String name) throws IOException {
        Path file = folder.resolve(name).resolve(Classifier.FILE);
        try (ClassifierTraining training = new ClassifierTraining(
                device, FashionMnist.NETWORK, stripes(512, 0), 0, 1, epochs, seed)) {
            double first = training.run(0);
            assertEquals(Math.log(10), first, 0.5, "a fresh network knows nothing");
            double last = 0;
            for (long step = 1; step < training.steps(); step++) {
                last = training.run(step);
            }
            assertTrue(epochs == 1 || last < first / 4, "loss from " + first + " to " + last);
            training.save(file, DType.F32, Map.of());
        }
        return file;
    }

    @Test
    void trainingIsAFunctionOfTheSeed() throws IOException {
        Path file = train(1, 7, "a");
        assertEquals(-1, Files.mismatch(file, train(1, 7, "b")));
        assertTrue(Files.mismatch(file, train(1, 8, "c")) >= 0);
    }

    @Test
    void learns() throws IOException {
        Path file = train(25, 1, "learnt");
        LabelledPictures test = stripes(203, 1); // fills no block
        try (Classifier classifier = Classifier.load(file.getParent(), FashionMnist.NETWORK, device)) {
            assertTrue(ClassAccuracy.of(classifier.read(test.images()).classes()[0], test.classes()[0]) > 0.9);
            float[] all = classifier.features(test.images());
            assertEquals(203 * classifier.dimension(), all.length);
            float[] one = classifier.features(Arrays.copyOfRange(test.images(), 77 * SIZE, 78 * SIZE));
            float[] ofAll = Arrays.copyOfRange(all, 77 * classifier.dimension(), 78 * classifier.dimension());
            assertArrayEquals(ofAll, one, "the features of an image depend on that image alone");
            assertThrows(IllegalArgumentException.class, () -> classifier.features(new float[SIZE + 1]));
        }
    }

    /** Without the data set: the bundled teacher's images are what they were asked to be. */
    @Test
    void committedClassifierKnowsTheTeachersImages() throws IOException {
        int count = 200;
        long[] seeds = new long[count];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            seeds[i] = 500 + i;
            labels[i] = i % 10;
        }
        try (Teacher teacher = Teacher.load(BundledTeacher.folder(), device);
                Classifier classifier = Classifier.load(COMMITTED, FashionMnist.NETWORK, device)) {
            float[] samples = PairedError.clamp(Sampler.reference(teacher, 10).sample(seeds, labels));
            double accuracy = ClassAccuracy.of(classifier.read(samples).classes()[0], labels);
            assertTrue(accuracy > 0.75, "accuracy " + accuracy);
        }
    }

    private Classifier load(Path from) {
        return Classifier.load(from, FashionMnist.NETWORK, device);
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        assertThrows(ModelFormatException.class, () -> load(folder.resolve("none")));
        new SafetensorsWriter().add("conv_in.weight", new int[] {2}, new float[2]).write(folder.resolve(Classifier.FILE));
        ModelFormatException refused =
                assertThrows(ModelFormatException.class, () -> load(folder));
        assertTrue(refused.getMessage().contains("conv_in.weight has shape [2], must be [32, 1, 3, 3]"), refused.getMessage());
    }

    @Test
    void classIsTheLargestLogit() {
        assertArrayEquals(new int[] {2, 0}, Classifier.largest(new float[] {-3, -2, -1, 5, 4, 4}, 3));
    }
}
