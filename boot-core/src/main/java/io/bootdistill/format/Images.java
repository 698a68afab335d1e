package io.bootdistill.format;

import io.bootdistill.internal.file.AtomicFiles;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Turns samples into images. Samples are float32, [channel][height][width] each, in [−1, 1]: −1 is black, 1 is full
 * intensity, what lies beyond is clamped, NaN is black. One channel is grey, three are red, green, blue. Needs no display.
 */
public final class Images {

    /** White pixels between two samples of a grid. */
    public static final int GAP = 2;

    /** The least width of a sample in {@link #writeGrid}. */
    public static final int VISIBLE = 64;

    private static final int WHITE = 0xffffff;

    private Images() {}

    /** All samples, one behind the other, as an image each. */
    public static List<BufferedImage> toImages(float[] samples, int channels, int height, int width) {
        int count = count(samples, channels, height, width);
        List<BufferedImage> images = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
            draw(samples, i, channels, height * width, width, image, 0, 0, 1);
            images.add(image);
        }
        return images;
    }

    /**
     * Writes a grid as a PNG file, magnified by the least whole number that makes a sample {@link #VISIBLE} pixels wide.
     *
     * @throws IOException as {@link #writePng}
     */
    public static void writeGrid(Path target, float[] samples, int channels, int height, int width, int columns)
            throws IOException {
        Objects.requireNonNull(target, "target is missing");
        writePng(target, grid(samples, channels, height, width, columns, (VISIBLE - 1) / Math.max(width, 1) + 1));
    }

    /**
     * Samples in rows from left to right, {@link #GAP} white pixels apart; the cells that are left over are white.
     *
     * @param samples at least one, one behind the other
     * @param columns samples in a row, at least 1
     * @param scale pixels that a value becomes in each direction, at least 1
     */
    public static BufferedImage grid(float[] samples, int channels, int height, int width, int columns, int scale) {
        int count = count(samples, channels, height, width);
        requirePositive("columns", columns);
        requirePositive("scale", scale);
        if (count == 0) {
            throw new IllegalArgumentException("samples is empty, must hold at least one");
        }
        int rows = (count - 1) / columns + 1;
        int cellWidth = Math.multiplyExact(width, scale) + GAP;
        int cellHeight = Math.multiplyExact(height, scale) + GAP;
        BufferedImage image = new BufferedImage(
                Math.multiplyExact(Math.min(columns, count), cellWidth) - GAP,
                Math.multiplyExact(rows, cellHeight) - GAP,
                BufferedImage.TYPE_INT_RGB);
        int[] white = new int[image.getWidth()];
        Arrays.fill(white, WHITE);
        image.setRGB(0, 0, image.getWidth(), image.getHeight(), white, 0, 0); // the same row over and over
        for (int i = 0; i < count; i++) {
            draw(samples, i, channels, height * width, width, image, i % columns * cellWidth, i / columns * cellHeight, scale);
        }
        return image;
    }

    /**
     * Writes a PNG file: beside the target first, then renamed. Missing parent folders are made.
     *
     * @throws IOException naming the target and the cause; an existing file is then untouched
     */
    public static void writePng(Path target, BufferedImage image) throws IOException {
        Objects.requireNonNull(image, "image is missing");
        AtomicFiles.writeFile(Objects.requireNonNull(target, "target is missing"), temporary -> {
            try (OutputStream file = Files.newOutputStream(temporary);
                    MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(file)) { // no cache files
                if (!ImageIO.write(image, "png", out)) {
                    throw new IOException("this Java installation cannot write PNG files");
                }
            }
        });
    }

    // grey as RGB: Java reads its own grey images as linear light and would show them too bright
    private static void draw(
            float[] samples, int index, int channels, int plane, int width, BufferedImage image, int x, int y, int scale) {
        int first = index * channels * plane;
        int[] block = new int[scale * scale];
        for (int i = 0; i < plane; i++) {
            int rgb = 0;
            for (int c = 0; c < 3; c++) {
                rgb = rgb << 8 | intensity(samples[first + i + (channels == 1 ? 0 : c * plane)]);
            }
            Arrays.fill(block, rgb);
            image.setRGB(x + i % width * scale, y + i / width * scale, scale, scale, block, 0, scale);
        }
    }

    private static int intensity(float value) {
        return Math.min(Math.max(Math.round((value + 1) * 127.5f), 0), 255);
    }

    /** The number of samples in the array. */
    private static int count(float[] samples, int channels, int height, int width) {
        Objects.requireNonNull(samples, "samples is missing");
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("channels is " + channels + ", must be 1 or 3");
        }
        requirePositive("height", height);
        requirePositive("width", width);
        int size = Math.multiplyExact(Math.multiplyExact(height, width), channels);
        if (samples.length % size != 0) {
            throw new IllegalArgumentException("samples has length " + samples.length
                    + ", must be a multiple of channels × height × width = " + size);
        }
        return samples.length / size;
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least 1");
        }
    }
}
