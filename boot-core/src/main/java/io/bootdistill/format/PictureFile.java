package io.bootdistill.format;

import io.bootdistill.error.ModelFormatException;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * A picture that was read from a PNG or JPEG file. Transparency, and the orientation that a camera notes, are left out.
 *
 * @param channels 1 where it is grey throughout, else 3: red, green, blue
 * @param height in pixels
 * @param width in pixels
 * @param planes [channels][height][width], 0 is black, 255 (as a byte, −1) full intensity
 * @param source what it was read from, for messages
 */
public record PictureFile(int channels, int height, int width, byte[] planes, String source) {

    /** Checks that there are both. */
    public PictureFile {
        Objects.requireNonNull(planes, "planes is missing");
        Objects.requireNonNull(source, "source is missing");
    }

    /**
     * Reads a file.
     *
     * @param source what names it, for messages
     * @throws ModelFormatException naming the source and the file, if it is damaged, no picture, or one of more than 2²⁶ pixels
     */
    public static PictureFile read(Path file, String source) {
        Objects.requireNonNull(file, "file is missing");
        Objects.requireNonNull(source, "source is missing");
        BufferedImage image = PictureDecoder.read(file, source + ": ", "; replace the picture, or take it and its caption out");
        byte[] planes = planes(image);
        int channels = planes.length / (image.getWidth() * image.getHeight());
        return new PictureFile(channels, image.getHeight(), image.getWidth(), planes, source + ": " + file);
    }

    /** Red, green, blue; one of them where they are the same throughout. */
    static byte[] planes(BufferedImage image) {
        return image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY ? greyPlane(image) : colourPlanes(image);
    }

    /** The stored values: Java takes them for linear light and would make them brighter. */
    private static byte[] greyPlane(BufferedImage image) {
        Raster raster = image.getRaster();
        float most = (1 << raster.getSampleModel().getSampleSize(0)) - 1;
        byte[] plane = new byte[image.getWidth() * image.getHeight()];
        int[] row = new int[image.getWidth()];
        for (int i = 0; i < plane.length; i++) {
            int x = i % row.length;
            if (x == 0) {
                raster.getSamples(0, i / row.length, row.length, 1, 0, row);
            }
            plane[i] = (byte) Math.round(row[x] * 255f / most);
        }
        return plane;
    }

    private static byte[] colourPlanes(BufferedImage image) {
        int size = image.getWidth() * image.getHeight();
        byte[] planes = new byte[3 * size];
        int[] row = new int[image.getWidth()];
        boolean grey = true;
        for (int i = 0; i < size; i++) {
            int x = i % row.length;
            if (x == 0) {
                image.getRGB(0, i / row.length, row.length, 1, row, 0, row.length);
            }
            byte red = (byte) (row[x] >> 16);
            byte green = (byte) (row[x] >> 8);
            byte blue = (byte) row[x];
            planes[i] = red;
            planes[size + i] = green;
            planes[2 * size + i] = blue;
            grey &= red == green && green == blue;
        }
        return grey ? Arrays.copyOf(planes, size) : planes;
    }

    /**
     * Writes it in another size: its largest middle part of that shape, each pixel the mean of those that it covers.
     *
     * @param target written at [offset, offset + channels·height·width), [channel][row][column] in [−1, 1]
     * @throws ModelFormatException naming the file, if it is smaller, or has colours where one channel is asked for
     */
    public void write(int channels, int height, int width, float[] target, int offset) {
        Objects.requireNonNull(target, "target is missing");
        if (this.height < height || this.width < width) {
            throw new ModelFormatException(source + " is " + this.width + "×" + this.height + " pixels, must be at least " + width
                    + "×" + height + "; give a larger one, or take it and its caption out");
        }
        if (this.channels > channels) {
            throw new ModelFormatException(source + " has colours, must be grey for a model of one channel; make it grey");
        }
        double scale = Math.min((double) this.height / height, (double) this.width / width);
        double top = Math.floor((this.height - scale * height) / 2);
        double left = Math.floor((this.width - scale * width) / 2);
        for (int i = 0, at = offset; i < channels * height * width; i++, at++) {
            int plane = Math.min(i / (height * width), this.channels - 1);
            double row = top + scale * (i / width % height);
            double column = left + scale * (i % width);
            target[at] = (float) (mean(plane, row, row + scale, column, column + scale) / 127.5) - 1;
        }
    }

    private double mean(int plane, double top, double bottom, double left, double right) {
        double sum = 0;
        double area = 0;
        for (int y = (int) top; y < Math.min(bottom, height); y++) {
            double rows = Math.min(y + 1, bottom) - Math.max(y, top);
            for (int x = (int) left; x < Math.min(right, width); x++) {
                double share = rows * (Math.min(x + 1, right) - Math.max(x, left));
                sum += share * (planes[(plane * height + y) * width + x] & 0xff);
                area += share;
            }
        }
        return sum / area;
    }
}
