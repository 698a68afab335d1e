package io.bootdistill.examples;

import io.bootdistill.DistillationListener.Quality;
import io.bootdistill.Student;
import io.bootdistill.format.Images;
import io.bootdistill.network.ImageShape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** A picture of teacher and student side by side, on the same noises: a row for each class. */
final class Comparison {

    private static final int MARGIN = 12;
    private static final int HEADER = 32;
    private static final int LABEL = 112;
    private static final int WHITE = 0xffffff;

    private Comparison() {}

    static void write(Path file, Quality quality, Student student, int referenceSteps) throws IOException {
        ImageShape shape = quality.picture();
        int[] labels = Labels.real(student.condition(), student.nullLabel());
        int count = quality.samples().length / shape.size();
        int classes = labels.length == 0 ? (int) Math.sqrt(count) : labels.length;
        int rows = Math.min(classes, Math.min(count, 16));
        int columns = Math.max(1, count / classes);

        BufferedImage left = grid(quality.reference(), shape, rows, columns, classes);
        BufferedImage right = grid(quality.samples(), shape, rows, columns, classes);
        int from = labels.length == 0 ? MARGIN : LABEL;
        int middle = from + left.getWidth() + 2 * MARGIN;
        BufferedImage all = new BufferedImage(
                middle + right.getWidth() + MARGIN, HEADER + left.getHeight() + MARGIN, BufferedImage.TYPE_INT_RGB);
        int[] white = new int[all.getWidth()];
        Arrays.fill(white, WHITE);
        all.setRGB(0, 0, all.getWidth(), all.getHeight(), white, 0, 0);
        PixelText.draw(all, "teacher " + referenceSteps + " steps", from, MARGIN / 2);
        PixelText.draw(all, "student 1 step", middle, MARGIN / 2);
        copy(left, all, from);
        copy(right, all, middle);
        for (int row = 0; row < rows && labels.length > 0; row++) {
            int centre = HEADER + (2 * row + 1) * left.getHeight() / (2 * rows);
            PixelText.draw(all, "class " + labels[row], MARGIN, centre - PixelText.HEIGHT / 2);
        }
        Images.writePng(file, all);
    }

    /** Held-out sample i is of class i mod the classes: one class a row. */
    private static BufferedImage grid(float[] samples, ImageShape shape, int rows, int columns, int classes) {
        int size = shape.size();
        float[] ordered = new float[rows * columns * size];
        for (int i = 0; i < rows * columns; i++) {
            System.arraycopy(samples, (i % columns * classes + i / columns) * size, ordered, i * size, size);
        }
        int scale = (Images.VISIBLE - 1) / shape.width() + 1;
        return Images.grid(ordered, shape.channels(), shape.height(), shape.width(), columns, scale);
    }

    private static void copy(BufferedImage from, BufferedImage to, int x) {
        int width = from.getWidth();
        int height = from.getHeight();
        to.setRGB(x, HEADER, width, height, from.getRGB(0, 0, width, height, null, 0, width), 0, width);
    }
}
