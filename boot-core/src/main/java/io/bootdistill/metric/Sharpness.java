package io.bootdistill.metric;

import java.util.Objects;

/** How sharp images are: the mean of |Laplacian|, |4x − those above, below, left and right|, over all pixels but the edge's. */
public final class Sharpness {

    private Sharpness() {}

    /**
     * The mean over all images and channels.
     *
     * @param planes [n][height][width], those of all channels one after another
     * @param height of a plane, at least 3
     * @param width of a plane, at least 3
     */
    public static double of(float[] planes, int height, int width) {
        Objects.requireNonNull(planes, "planes is missing");
        int size = height * width;
        if (height < 3 || width < 3 || planes.length == 0 || planes.length % size != 0) {
            throw new IllegalArgumentException("planes has " + planes.length + " values, must be a positive multiple of " + height
                    + " × " + width + ", each at least 3");
        }
        double sum = 0;
        for (int plane = 0; plane < planes.length; plane += size) {
            for (int row = 1; row < height - 1; row++) {
                for (int column = 1; column < width - 1; column++) {
                    int at = plane + row * width + column;
                    sum += Math.abs(4 * planes[at] - planes[at - 1] - planes[at + 1] - planes[at - width] - planes[at + width]);
                }
            }
        }
        return sum / ((double) planes.length / size * (height - 2) * (width - 2));
    }
}
