package io.bootdistill.examples.extractor;

import io.bootdistill.format.LabelledImages;
import io.bootdistill.network.ImageShape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Fashion-MNIST as the bundled teacher saw it: 28×28 padded with black to 32×32, then halved to 16×16. */
public final class FashionMnist {

    /** Where Debian's package {@code dataset-fashion-mnist} puts it. */
    public static final Path FOLDER = Path.of("/usr/share/datasets/fashion-mnist");

    /** Names of the files with the images to test with and their labels, as a regular expression. */
    public static final String TEST_FILES = "t10k-.*";

    /** Number of classes. */
    public static final int CLASSES = 10;

    /** The network of its classifier. */
    public static final ClassifierNetwork NETWORK =
            new ClassifierNetwork(new ImageShape(1, 16, 16), 1, List.of(32, 64, 96), List.of(CLASSES));

    private FashionMnist() {}

    /** The 60,000 images to train on. */
    public static LabelledImages training(Path folder) {
        return small(folder, "train");
    }

    /** The 10,000 images to test with. */
    public static LabelledImages test(Path folder) {
        return small(folder, "t10k");
    }

    /** Whether the folder holds the images to test with. */
    public static boolean hasTest(Path folder) {
        return Stream.of("", ".gz").anyMatch(end -> Files.exists(folder.resolve("t10k-images-idx3-ubyte" + end)));
    }

    private static LabelledImages small(Path folder, String name) {
        return LabelledImages.read(folder, name).padded(2).halved();
    }
}
