package io.bootdistill.examples.extractor;

import io.bootdistill.device.Philox;

/**
 * Shows a picture a little differently each time: mirrored or not, larger or smaller, and shifted; between pixels the value is
 * bilinear, and what comes in repeats the edge. The draw is a function of seed, step and picture.
 *
 * @param shift most pixels in each direction
 * @param zoom most times larger or smaller; 1 for never
 */
record Augmentation(LabelledPictures pictures, int shift, double zoom, long seed) {

    /** Stream of random numbers. */
    private static final int FLIP = 1;

    /** Writes a picture as row i of a network's input, [pixel][channel]. */
    void write(long step, int picture, float[] rows, int i) {
        int width = pictures.shape().width();
        int height = pictures.shape().height();
        int channels = pictures.shape().channels();
        long draw = Philox.seed(seed, FLIP, step);
        boolean flip = Philox.uniform(draw, picture, 0) < 0.5;
        int right = shift(draw, picture, 1);
        int down = shift(draw, picture, 2);
        double scale = Math.pow(zoom, 2 * Philox.uniform(draw, picture, 3) - 1);
        for (int k = 0; k < width * height; k++) {
            double column = place(k % width, width, scale, right);
            double row = place(k / width, height, scale, down);
            int at = (i * width * height + k) * channels;
            for (int c = 0; c < channels; c++) {
                rows[at + c] = value((picture * channels + c) * width * height, flip ? width - 1 - column : column, row);
            }
        }
    }

    private int shift(long draw, int picture, int index) {
        return (int) (Philox.uniform(draw, picture, index) * (2 * shift + 1)) - shift;
    }

    /** Where in the picture a pixel is taken from. */
    private static double place(int at, int size, double scale, int shift) {
        double middle = 0.5 * (size - 1);
        return Math.max(0, Math.min(size - 1, middle + (at - middle) / scale + shift));
    }

    private float value(int plane, double column, double row) {
        int width = pictures.shape().width();
        int left = (int) column;
        int top = (int) row;
        int right = Math.min(left + 1, width - 1);
        int bottom = Math.min(top + 1, pictures.shape().height() - 1);
        double x = column - left;
        double y = row - top;
        float[] images = pictures.images();
        double above = images[plane + top * width + left] * (1 - x) + images[plane + top * width + right] * x;
        double below = images[plane + bottom * width + left] * (1 - x) + images[plane + bottom * width + right] * x;
        return (float) (above * (1 - y) + below * y);
    }
}
