package io.bootdistill.format;

import static io.bootdistill.format.RawFiles.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

@Tag("fast")
class ImagesTest {

    private static final int WHITE = 0xffffff;

    @TempDir
    Path folder;

    private static int[] pixels(BufferedImage image) {
        int[] pixels = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] &= WHITE; // without the opaque alpha
        }
        return pixels;
    }

    @Test
    void greyIsRoundedAndClamped() {
        float[] values = {-1, 1, 0, -1.5f, 2, Float.NaN, 0.5f, Float.POSITIVE_INFINITY};
        BufferedImage image = Images.toImages(values, 1, 2, 4).get(0);
        assertEquals(List.of(4, 2), List.of(image.getWidth(), image.getHeight()));
        assertArrayEquals(new int[] {0, WHITE, 0x808080, 0, WHITE, 0, 0xbfbfbf, WHITE}, pixels(image));
    }

    @Test
    void colourPlanes() {
        float[] values = {-1, 1, /* green */ 1, 0, /* blue */ -1, -1, /* second */ -1, -1, -1, -1, 1, -1};
        List<BufferedImage> images = Images.toImages(values, 3, 1, 2);
        assertEquals(2, images.size());
        assertArrayEquals(new int[] {0x00ff00, 0xff8000}, pixels(images.get(0)));
        assertArrayEquals(new int[] {0x0000ff, 0}, pixels(images.get(1)));
    }

    @Test
    void gridWithGapsAndScale() {
        // three samples of 1 × 2, two columns, each value 2 × 2 pixels
        BufferedImage image = Images.grid(new float[] {-1, 1, 0, -1, 1, -1}, 1, 1, 2, 2, 2);
        int grey = 0x808080;
        int[] first = {0, 0, WHITE, WHITE, WHITE, WHITE, grey, grey, 0, 0};
        int[] gap = {WHITE, WHITE, WHITE, WHITE, WHITE, WHITE, WHITE, WHITE, WHITE, WHITE};
        int[] second = {WHITE, WHITE, 0, 0, WHITE, WHITE, WHITE, WHITE, WHITE, WHITE};
        assertEquals(List.of(10, 6), List.of(image.getWidth(), image.getHeight()));
        int row = 0;
        for (int[] expected : List.of(first, first, gap, gap, second, second)) {
            assertArrayEquals(expected, Arrays.copyOfRange(pixels(image), row, row + 10), "row " + row / 10);
            row += 10;
        }
    }

    @Test
    void fewerSamplesThanColumns() {
        BufferedImage image = Images.grid(new float[3 * 4], 3, 2, 2, 10, 1);
        assertEquals(List.of(2, 2), List.of(image.getWidth(), image.getHeight()));
    }

    @Test
    void pngRoundTrip() throws IOException {
        Path file = folder.resolve("grids").resolve("step-1.png");
        BufferedImage image = Images.grid(new float[] {-0.9f, 0.1f, 0.7f}, 3, 1, 1, 1, 3);
        Images.writePng(file, image);
        assertArrayEquals(pixels(image), pixels(ImageIO.read(file.toFile())));
        assertEquals(List.of("step-1.png"), RawFiles.names(file.getParent()));
        Path below = file.resolve("x.png");
        assertMessage(assertThrows(IOException.class, () -> Images.writePng(below, image)), "cannot write " + below);
        assertMessage(assertThrows(IOException.class, () -> Images.writePng(folder, image)), folder, "is a folder");
        assertEquals(List.of("grids"), RawFiles.names(folder));
    }

    @Test
    void writtenGridIsMagnified() throws IOException {
        Path file = folder.resolve("grid.png");
        for (int[] sizes : new int[][] {{16, 64}, {20, 80}, {64, 64}, {100, 100}}) {
            Images.writeGrid(file, new float[2 * 3 * sizes[0]], 1, 3, sizes[0], 2);
            BufferedImage read = ImageIO.read(file.toFile());
            assertEquals(List.of(2 * sizes[1] + 2, 3 * sizes[1] / sizes[0]), List.of(read.getWidth(), read.getHeight()));
        }
    }

    @Test
    void badArguments() {
        float[] values = new float[12];
        assertMessage(refused(() -> Images.toImages(values, 2, 2, 3)), "channels is 2, must be 1 or 3");
        assertMessage(refused(() -> Images.toImages(values, 1, 0, 3)), "height is 0, must be at least 1");
        assertMessage(refused(() -> Images.toImages(values, 1, 3, -1)), "width is -1");
        assertMessage(refused(() -> Images.toImages(values, 1, 2, 4)), "samples has length 12, must be a multiple", "8");
        assertMessage(refused(() -> Images.grid(values, 1, 2, 3, 0, 1)), "columns is 0");
        assertMessage(refused(() -> Images.grid(values, 1, 2, 3, 1, 0)), "scale is 0");
        assertMessage(refused(() -> Images.grid(new float[0], 1, 2, 3, 1, 1)), "samples is empty");
        assertMessage(refused(() -> Images.writeGrid(folder.resolve("x.png"), values, 1, 2, 0, 1)), "width is 0");
        assertThrows(ArithmeticException.class, () -> Images.toImages(values, 3, 1 << 16, 1 << 16));
    }

    private static IllegalArgumentException refused(Executable code) {
        return assertThrows(IllegalArgumentException.class, code);
    }
}
