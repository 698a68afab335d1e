package io.bootdistill.examples.extractor;

import io.bootdistill.format.LabelledImages;
import io.bootdistill.network.ImageShape;
import java.nio.file.Path;
import java.util.List;

/** Fashion-MNIST as the bundled teacher saw it: 28×28 padded with black to 32×32, then halved to 16×16. */
public final class FashionMnist {

    /** Where Debian's package {@code dataset-fashion-mnist} puts it. */
    public static final Path FOLDER = Path.of("/usr/share/datasets/fashion-mnist");

    /** Names of the files with the images to test with and their labels, as a regular expression. */
    public static final String TEST_FILES = "t10k-.*";

    private static final String TEST = "t10k";
    private static final int FRAME = 2;

    /** Number of classes. */
    public static final int CLASSES = 10;

    /** The network of its classifier. */
    public static final ClassifierNetwork NETWORK =
            new ClassifierNetwork(new ImageShape(1, 16, 16), 1, List.of(32, 64, 96), List.of(CLASSES));

    private FashionMnist() {}

    /** The 60,000 images to train on. */
    static LabelledPictures training(Path folder) {
        return small(LabelledImages.read(folder, "train"));
    }

    /** The 10,000 images to test with. */
    public static LabelledPictures test(Path folder) {
        return small(LabelledImages.read(folder, TEST));
    }

    /** Whether the folder holds the images to test with. */
    public static boolean hasTest(Path folder) {
        return !LabelledImages.files(folder, TEST).isEmpty();
    }

    /** Each pixel the mean of 2×2. */
    static LabelledPictures small(LabelledImages read) {
        LabelledImages framed = read.padded(FRAME);
        ImageShape shape = new ImageShape(1, framed.height() / 2, framed.width() / 2);
        float[] halved = new float[Math.multiplyExact(framed.count(), shape.size())];
        for (int i = 0; i < halved.length; i++) {
            byte[] image = framed.images().get(i / shape.size());
            int at = i % shape.size();
            int from = at / shape.width() * 2 * framed.width() + at % shape.width() * 2;
            halved[i] = (value(image[from]) + value(image[from + 1]) + value(image[from + framed.width()])
                    + value(image[from + framed.width() + 1])) / 4;
        }
        return new LabelledPictures(shape, halved, new int[][] {framed.labels()});
    }

    private static float value(byte pixel) {
        return (pixel & 0xff) / 127.5f - 1;
    }
}
