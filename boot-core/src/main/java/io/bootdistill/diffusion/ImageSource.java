package io.bootdistill.diffusion;

import io.bootdistill.network.ImageShape;

/** Images to train a teacher on, with labels or without. Read by several threads at once; must always give the same. */
public interface ImageSource {

    /** Shape of every image. */
    ImageShape shape();

    /** Number of images, at least 1. */
    int count();

    /** The label of an image, from 0 on; −1 where images have none. */
    default int label(int index) {
        return -1;
    }

    /** Writes an image, [channel][height][width] in [−1, 1], at [offset, offset + {@link ImageShape#size()}). */
    void read(int index, float[] target, int offset);

    /**
     * Images in memory, a byte per value, as files have them: 0 becomes −1, 255 becomes 1.
     *
     * @param pixels [n][channel][height][width], not copied
     * @param labels one per image; null for none
     */
    static ImageSource of(ImageShape shape, byte[] pixels, int[] labels) {
        return new InMemoryImages(shape, pixels.length, labels) {
            @Override
            public void read(int index, float[] target, int offset) {
                for (int i = 0, from = index * shape.size(); i < shape.size(); i++) {
                    target[offset + i] = (pixels[from + i] & 0xff) / 127.5f - 1;
                }
            }
        };
    }

    /**
     * Images in memory.
     *
     * @param values [n][channel][height][width] in [−1, 1], not copied
     * @param labels one per image; null for none
     */
    static ImageSource of(ImageShape shape, float[] values, int[] labels) {
        return new InMemoryImages(shape, values.length, labels) {
            @Override
            public void read(int index, float[] target, int offset) {
                System.arraycopy(values, index * shape.size(), target, offset, shape.size());
            }
        };
    }
}
