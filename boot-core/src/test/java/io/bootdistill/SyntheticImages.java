package io.bootdistill;

import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.diffusion.InMemoryImages;
import io.bootdistill.network.ImageShape;

/** Grey images of 8 × 8 made by a formula, in three classes: soft spots that are wide, high or round, somewhere in the middle. */
public final class SyntheticImages {

    /** Shape of an image. */
    public static final ImageShape SHAPE = new ImageShape(1, 8, 8);

    /** Number of classes. */
    public static final int CLASSES = 3;

    private SyntheticImages() {}

    /** Image i is of class i mod 3. */
    public static ImageSource labelled(int count, long seed) {
        return InMemoryImages.of(SHAPE, pixels(count, seed), labels(count));
    }

    static ImageSource unlabelled(int count, long seed) {
        return InMemoryImages.of(SHAPE, pixels(count, seed), null);
    }

    /** White on black, [count][8][8]. */
    public static byte[] pixels(int count, long seed) {
        byte[] pixels = new byte[count * SHAPE.size()];
        for (int i = 0; i < count; i++) {
            double row = 2.5 + 2 * Philox.uniform(seed, 0, i);
            double column = 2.5 + 2 * Philox.uniform(seed, 1, i);
            double height = i % CLASSES == 0 ? 1 : 2.5;
            double width = i % CLASSES == 1 ? 1 : 2.5;
            for (int p = 0; p < SHAPE.pixels(); p++) {
                double y = (p / SHAPE.width() - row) / height;
                double x = (p % SHAPE.width() - column) / width;
                pixels[i * SHAPE.size() + p] = (byte) Math.round(255 * Math.exp(-(x * x + y * y) / 2));
            }
        }
        return pixels;
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
