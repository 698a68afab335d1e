package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BundledTeacher;
import io.bootdistill.Student;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.examples.extractor.Classifier;
import io.bootdistill.examples.extractor.FashionMnist;
import io.bootdistill.format.DType;
import io.bootdistill.format.SafetensorsFile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The students that come with the project draw from prompts, and of classes, as they are. */
final class BundledStudentTest {

    private static final Path ROOT = BundledTeacher.folder().getParent().getParent();
    private static final String WEIGHTS = "unet/diffusion_pytorch_model.safetensors";

    @TempDir
    private Path folder;

    private String home;

    @BeforeEach
    void setHome() {
        home = System.setProperty(Boot.HOME_PROPERTY, ROOT.toString());
    }

    @AfterEach
    void restoreHome() {
        if (home == null) {
            System.clearProperty(Boot.HOME_PROPERTY);
        } else {
            System.setProperty(Boot.HOME_PROPERTY, home);
        }
    }

    /** Red of 0 … 255 and so on, of a corner and of the middle. */
    private static int[] colour(BufferedImage image, int from, int to) {
        int[] sums = new int[3];
        for (int y = from; y < to; y++) {
            for (int x = from; x < to; x++) {
                int rgb = image.getRGB(x, y);
                sums[0] += rgb >> 16 & 255;
                sums[1] += rgb >> 8 & 255;
                sums[2] += rgb & 255;
            }
        }
        int count = (to - from) * (to - from);
        return new int[] {sums[0] / count, sums[1] / count, sums[2] / count};
    }

    @Test
    void aRedAppleOnBlue() throws IOException {
        Path file = folder.resolve("apple.png");
        CommandRun.boot("sample", "--prompt", "red apple on blue", "--out", file).succeeded();
        BufferedImage picture = ImageIO.read(file.toFile());
        assertEquals(64, picture.getWidth());
        int[] ground = colour(picture, 0, 6);
        assertTrue(ground[2] > ground[0] + 50, "a blue ground: " + ground[0] + ", " + ground[1] + ", " + ground[2]);
        int[] apple = colour(picture, 28, 40);
        assertTrue(apple[0] > apple[2] + 50, "a red apple: " + apple[0] + ", " + apple[1] + ", " + apple[2]);
    }

    /** Loaded and saved it has the same bytes, and is what the stock pipeline reads. */
    @Test
    void itIsSavedAsItIs() throws IOException {
        Path bundled = Boot.bundledTextStudent();
        try (Student student = Student.load(bundled, Devices.best())) {
            assertTrue(student.readsPrompts());
            assertEquals(1, student.images(DrawRequest.ofPrompts(List.of("penguin"))).size());
            student.save(folder.resolve("saved"));
        }
        try (var files = Files.walk(bundled)) {
            for (Path one : files.filter(Files::isRegularFile).toList()) {
                Path saved = folder.resolve("saved").resolve(bundled.relativize(one).toString());
                assertEquals(-1, Files.mismatch(one, saved), one.toString());
            }
        }
    }

    /** Samples of the bundled student of labels; each image has its own seed. */
    private float[] sampled(String labels, int count, Object... more) {
        Path file = folder.resolve("sample.safetensors");
        Object[] arguments = {"sample", "--labels", labels, "--count", count, "--out", file};
        CommandRun.boot(Stream.concat(Arrays.stream(arguments), Arrays.stream(more)).toArray()).succeeded();
        try (SafetensorsFile samples = SafetensorsFile.open(file)) {
            return samples.floats("sample");
        }
    }

    /** Of the same seeds, read by the ruler's classifier, which is right of 86 % of all classes, and of more of these. */
    @Test
    void trousersAndSandals() {
        try (Classifier classifier = Classifier.load(Boot.extractor(), FashionMnist.NETWORK, Devices.best())) {
            for (int label : new int[] {1, 5}) {
                int[] read = classifier.read(sampled("" + label, 40)).classes()[0];
                assertTrue(Arrays.stream(read).filter(found -> found == label).count() >= 36, label + ": " + Arrays.toString(read));
            }
        }
    }

    /** Half precision holds single precision's rounding, once: what is read of it and saved is, value for value, what lies there. */
    @Test
    void halfPrecisionLosesNothingMore() throws IOException {
        Path bundled = Boot.bundledLabelStudent();
        Path saved = folder.resolve("saved");
        try (Student student = Student.load(bundled, Devices.best())) {
            student.save(saved);
        }
        try (SafetensorsFile half = SafetensorsFile.open(bundled.resolve(WEIGHTS));
                SafetensorsFile single = SafetensorsFile.open(saved.resolve(WEIGHTS))) {
            assertEquals(single.names(), half.names());
            for (String name : half.names()) {
                assertEquals(DType.F16, half.dtype(name), name);
                assertEquals(DType.F32, single.dtype(name), name);
                assertArrayEquals(half.floats(name), single.floats(name), name);
            }
        }
        assertArrayEquals(sampled("3,7", 4), sampled("3,7", 4, "--model", saved));
    }
}
