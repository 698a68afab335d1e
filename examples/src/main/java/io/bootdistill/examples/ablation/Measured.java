package io.bootdistill.examples.ablation;

import io.bootdistill.format.Images;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * What measuring a model came to.
 *
 * @param values of the measures that are known, by their keys
 * @param strip its first pictures, from the same noises for all models
 */
record Measured(Map<String, Double> values, BufferedImage strip) {

    /** The file of the strip in the folder of a run, or of a row of the teacher. */
    static final String STRIP = "strip.png";

    private static final int PICTURES = 12;

    /** The least height of a picture: smaller ones are enlarged by a whole factor. */
    private static final int HEIGHT = 48;

    /** @param pictures [n][channels][height][width] in [−1, 1] */
    static Measured of(Map<String, Double> values, float[] pictures, int channels, int height, int width) {
        int count = Math.min(PICTURES, pictures.length / (channels * height * width));
        float[] first = Arrays.copyOf(pictures, count * channels * height * width);
        return new Measured(values, Images.grid(first, channels, height, width, count, (HEIGHT + height - 1) / height));
    }

    void writeStrip(Path folder) throws IOException {
        Files.createDirectories(folder);
        Images.writePng(folder.resolve(STRIP), strip);
    }
}
