package io.bootdistill.format;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.ListCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Grey images with a class each, as the data sets of the MNIST family have them.
 *
 * @param height of an image in pixels, at least 1
 * @param width of an image in pixels, at least 1
 * @param images each [height][width], 0 is black, 255 (as a byte, −1) white
 * @param labels class of each image, at least 0
 */
public record LabelledImages(int height, int width, List<byte[]> images, int[] labels) {

    private static final String IMAGES = "images";
    private static final String LABELS = "labels";

    public LabelledImages {
        images = ListCheck.copy("images", images);
        Objects.requireNonNull(labels, "labels is missing");
        int size = height < 1 || width < 1 ? -1 : Math.multiplyExact(height, width);
        if (images.size() != labels.length || images.stream().anyMatch(image -> image.length != size)) {
            throw new IllegalArgumentException("images must be " + labels.length + " of " + height + " × " + width
                    + " values, the latter at least 1");
        }
    }

    /**
     * The files that {@link #read} reads, of the images and of their labels; none where a folder has no such images.
     *
     * @throws ModelFormatException if there are images without labels
     */
    public static List<Path> files(Path folder, String name) {
        Objects.requireNonNull(folder, "folder is missing");
        Objects.requireNonNull(name, "name is missing");
        Path images = find(folder, name, IMAGES);
        return images == null ? List.of() : List.of(images, require(folder, name, LABELS));
    }

    /**
     * Reads {@code NAME-images-idx3-ubyte} and {@code NAME-labels-idx1-ubyte}, each plain or with {@code .gz}; a dot may stand
     * before {@code idx}.
     *
     * @param name {@code train} or {@code t10k} for the usual files
     * @throws ModelFormatException if a file is missing or damaged, or they do not fit together
     */
    public static LabelledImages read(Path folder, String name) {
        Objects.requireNonNull(folder, "folder is missing");
        Objects.requireNonNull(name, "name is missing");
        Path imageFile = require(folder, name, IMAGES);
        Path labelFile = require(folder, name, LABELS);
        IdxFile images = IdxFile.read(imageFile);
        IdxFile labels = IdxFile.read(labelFile);
        int[] shape = images.shape();
        if (shape.length != 3 || images.entries().isEmpty()) {
            throw new ModelFormatException(imageFile + ": its shape is " + Arrays.toString(shape)
                    + ", must be [count, height, width], each at least 1");
        }
        if (labels.shape().length != 1 || labels.shape()[0] != shape[0]) {
            throw new ModelFormatException(labelFile + ": its shape is " + Arrays.toString(labels.shape())
                    + ", must be [" + shape[0] + "], one label for each image of " + imageFile.getFileName());
        }
        int[] classes = new int[shape[0]];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = labels.entries().get(0)[i] & 0xff;
        }
        return new LabelledImages(shape[1], shape[2], images.entries(), classes);
    }

    /** The names of files with images or labels, the usual one first. */
    private static List<String> names(String name, String what) {
        String rank = what.equals(IMAGES) ? "idx3" : "idx1";
        return Stream.of("-", ".").map(before -> name + "-" + what + before + rank + "-ubyte")
                .flatMap(plain -> Stream.of(plain, plain + ".gz")).toList();
    }

    private static @Nullable Path find(Path folder, String name, String what) {
        return names(name, what).stream().map(folder::resolve).filter(Files::exists).findFirst().orElse(null);
    }

    private static Path require(Path folder, String name, String what) {
        Path found = find(folder, name, what);
        if (found == null) {
            throw new ModelFormatException(folder + " holds none of " + String.join(", ", names(name, what)));
        }
        return found;
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
        if (frame == 0) {
            return this;
        }
        int newWidth = Math.addExact(width, 2 * frame);
        int newHeight = Math.addExact(height, 2 * frame);
        int size = Math.multiplyExact(newHeight, newWidth);
        List<byte[]> framed = new ArrayList<>(count());
        for (byte[] image : images) {
            byte[] larger = new byte[size];
            for (int row = 0; row < height; row++) {
                System.arraycopy(image, row * width, larger, (frame + row) * newWidth + frame, width);
            }
            framed.add(larger);
        }
        return new LabelledImages(newHeight, newWidth, framed, labels);
    }
}
