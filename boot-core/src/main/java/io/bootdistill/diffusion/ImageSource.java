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
}
