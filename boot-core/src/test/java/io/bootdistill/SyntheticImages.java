package io.bootdistill;

import io.bootdistill.device.Philox;
import io.bootdistill.network.ImageShape;

/** Grey images of 8 × 8 made by a formula, in three classes: a lying bar, a standing bar, a square, each anywhere. */
public final class SyntheticImages {

    /** Shape of an image. */
    public static final ImageShape SHAPE = new ImageShape(1, 8, 8);

    /** Number of classes. */
    public static final int CLASSES = 3;

    private static final byte WHITE = (byte) 255;

    private SyntheticImages() {}

    /** Image i is of class i mod 3. */
    public static ImageSource labelled(int count, long seed) {
        return ImageSource.of(SHAPE, pixels(count, seed), labels(count));
    }

    static ImageSource unlabelled(int count, long seed) {
        return ImageSource.of(SHAPE, pixels(count, seed), null);
    }

    /** White on black, [count][8][8]. */
    public static byte[] pixels(int count, long seed) {
        byte[] pixels = new byte[count * SHAPE.size()];
        for (int i = 0; i < count; i++) {
            int row = (int) (Philox.uniform(seed, 0, i) * 5) + 1;
            int column = (int) (Philox.uniform(seed, 1, i) * 5) + 1;
            switch (i % CLASSES) {
                case 0 -> draw(pixels, i, row, row + 2, 1, 7);
                case 1 -> draw(pixels, i, 1, 7, column, column + 2);
                default -> draw(pixels, i, row - 1, row + 3, column - 1, column + 3);
            }
        }
        return pixels;
    }

    private static void draw(byte[] pixels, int image, int top, int bottom, int left, int right) {
        for (int row = top; row < bottom; row++) {
            for (int column = left; column < right; column++) {
                pixels[image * SHAPE.size() + row * SHAPE.width() + column] = WHITE;
            }
        }
    }

    /** The classes of the images. */
    public static int[] labels(int count) {
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = i % CLASSES;
        }
        return labels;
    }
}
