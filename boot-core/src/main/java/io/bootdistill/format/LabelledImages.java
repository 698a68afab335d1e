package io.bootdistill.format;

import io.bootdistill.error.ModelFormatException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * Grey images with a class each, as the data sets of the MNIST family have them.
 *
 * @param height of an image in pixels, at least 1
 * @param width of an image in pixels, at least 1
 * @param images [labels.length][height][width], in [−1, 1]: −1 is black
 * @param labels class of each image, at least 0
 */
public record LabelledImages(int height, int width, float[] images, int[] labels) {

    public LabelledImages {
        Objects.requireNonNull(images, "images is missing");
        Objects.requireNonNull(labels, "labels is missing");
        if (height < 1 || width < 1 || images.length != Math.multiplyExact(labels.length, Math.multiplyExact(height, width))) {
            throw new IllegalArgumentException("images has " + images.length + " values, must be " + labels.length + " × "
                    + height + " × " + width + ", the latter at least 1");
        }
    }

    /**
     * Reads {@code NAME-images-idx3-ubyte} and {@code NAME-labels-idx1-ubyte}, each plain or with {@code .gz}.
     *
     * @param name {@code train} or {@code t10k} for the usual files
     * @throws ModelFormatException if a file is missing or damaged, or they do not fit together
     */
    public static LabelledImages read(Path folder, String name) {
        Objects.requireNonNull(name, "name is missing");
        Path imageFile = find(Objects.requireNonNull(folder, "folder is missing"), name + "-images-idx3-ubyte");
        Path labelFile = find(folder, name + "-labels-idx1-ubyte");
        IdxFile images = IdxFile.read(imageFile);
        IdxFile labels = IdxFile.read(labelFile);
        int[] shape = images.shape();
        if (shape.length != 3 || shape[1] < 1 || shape[2] < 1) {
            throw new ModelFormatException(imageFile + ": its shape is " + Arrays.toString(shape)
                    + ", must be [count, height, width]");
        }
        if (labels.shape().length != 1 || labels.shape()[0] != shape[0]) {
            throw new ModelFormatException(labelFile + ": its shape is " + Arrays.toString(labels.shape())
                    + ", must be [" + shape[0] + "], one label for each image of " + imageFile.getFileName());
        }
        float[] values = new float[images.values().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (images.values()[i] & 0xff) / 127.5f - 1;
        }
        int[] classes = new int[shape[0]];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = labels.values()[i] & 0xff;
        }
        return new LabelledImages(shape[1], shape[2], values, classes);
    }

    private static Path find(Path folder, String name) {
        Path plain = folder.resolve(name);
        Path zipped = folder.resolve(name + ".gz");
        if (!Files.exists(plain) && !Files.exists(zipped)) {
            throw new ModelFormatException(folder + " holds neither " + name + " nor " + name + ".gz");
        }
        return Files.exists(plain) ? plain : zipped;
    }

    /** Number of images. */
    public int count() {
        return labels.length;
    }

    /**
     * Larger images with a black frame of the same width on all sides.
     *
     * @param frame pixels, at least 0
     */
    public LabelledImages padded(int frame) {
        if (frame < 0) {
            throw new IllegalArgumentException("frame is " + frame + ", must be at least 0");
        }
        int newWidth = Math.addExact(width, 2 * frame);
        int newHeight = Math.addExact(height, 2 * frame);
        float[] padded = new float[Math.multiplyExact(count(), Math.multiplyExact(newHeight, newWidth))];
        Arrays.fill(padded, -1);
        for (int row = 0; row < count() * height; row++) {
            int to = (row / height * newHeight + frame + row % height) * newWidth + frame;
            System.arraycopy(images, row * width, padded, to, width);
        }
        return new LabelledImages(newHeight, newWidth, padded, labels);
    }

    /**
     * Images of half the height and width, each pixel the mean of 2×2.
     *
     * @throws IllegalStateException if the height or the width is odd
     */
    public LabelledImages halved() {
        if (height % 2 != 0 || width % 2 != 0) {
            throw new IllegalStateException("images of " + height + "×" + width + " cannot be halved: the sizes must be even");
        }
        int half = width / 2;
        float[] halved = new float[images.length / 4];
        for (int i = 0; i < halved.length; i++) {
            int from = i / half * 2 * width + i % half * 2;
            halved[i] = (images[from] + images[from + 1] + images[from + width] + images[from + width + 1]) / 4;
        }
        return new LabelledImages(height / 2, half, halved, labels);
    }
}
