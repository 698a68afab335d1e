package io.bootdistill.internal.work;

import io.bootdistill.network.ImageShape;

/** The two orders of image values: planes [channel][row][column], as users and files have them, and the device's rows. */
public final class Layout {

    private Layout() {}

    /** [n][pixel][channel] to [n][channel][pixel]. */
    public static void toPlanes(int n, ImageShape shape, float[] rows, float[] planes) {
        transpose(n, shape.pixels(), shape.channels(), rows, planes);
    }

    /** [n][channel][pixel] to [n][pixel][channel]. */
    public static void toRows(int n, ImageShape shape, float[] planes, float[] rows) {
        transpose(n, shape.channels(), shape.pixels(), planes, rows);
    }

    private static void transpose(int n, int height, int width, float[] from, float[] to) {
        for (int k = 0, base = 0; k < n; k++, base += height * width) {
            for (int i = 0; i < height; i++) {
                for (int j = 0; j < width; j++) {
                    to[base + j * height + i] = from[base + i * width + j];
                }
            }
        }
    }
}
