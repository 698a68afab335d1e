package io.bootdistill.format;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Samples as pictures. */
public final class Images {

    private Images() {}

    /** Samples [n][channels][height][width] in −1 … 1, clamped, as images. */
    public static List<BufferedImage> toImages(float[] samples, int channels, int height, int width) {
        throw new UnsupportedOperationException("not there yet");
    }

    /** Writes samples as a grid of so many columns. */
    public static void writeGrid(Path file, float[] samples, int channels, int height, int width, int columns)
            throws IOException {
        throw new UnsupportedOperationException("not there yet");
    }
}
