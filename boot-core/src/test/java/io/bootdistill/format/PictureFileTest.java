package io.bootdistill.format;

import static io.bootdistill.format.RawFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures as numbers of the size that is asked for. */
@Tag("fast")
class PictureFileTest {

    @TempDir
    Path folder;

    /** Red is the column, green the row, in tens; blue 255. */
    private Path write(int width, int height) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, 10 * (i % width) << 16 | 10 * (i / width) << 8 | 255);
        }
        Images.writePng(folder.resolve("a.png"), image);
        return folder.resolve("a.png");
    }

    /** As of bytes, behind one other value. */
    private static float[] values(PictureFile picture, int channels, int height, int width) {
        float[] values = new float[1 + channels * height * width];
        picture.write(channels, height, width, values, 1);
        assertEquals(0, values[0]);
        for (int i = 0; i < values.length; i++) {
            values[i] = (values[i] + 1) * 127.5f;
        }
        return Arrays.copyOfRange(values, 1, values.length);
    }

    @Test
    void itsOwnSize() throws IOException {
        PictureFile picture = PictureFile.read(write(3, 2), "list line 1");
        assertArrayEquals(new float[] {0, 10, 20, 0, 10, 20, 0, 0, 0, 10, 10, 10, 255, 255, 255, 255, 255, 255},
                values(picture, 3, 2, 3), 1e-4f);
    }

    /** Of the middle 3×3, means of 1.5×1.5. */
    @Test
    void middlePartMadeSmaller() throws IOException {
        PictureFile picture = PictureFile.read(write(9, 3), "list line 1");
        float[] values = values(picture, 3, 2, 2); // of columns 3 … 5
        float near = (30 + 40 * 0.5f) / 1.5f;
        float far = (40 * 0.5f + 50) / 1.5f;
        assertArrayEquals(new float[] {near, far, near, far}, Arrays.copyOf(values, 4), 1e-4f);
        assertArrayEquals(new float[] {10 / 3f, 10 / 3f, 50 / 3f, 50 / 3f}, Arrays.copyOfRange(values, 4, 8), 1e-4f);
    }

    @Test
    void greyIsThreeTimesTheSame() throws IOException {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setSample(0, 0, 0, 9);
        image.getRaster().setSample(1, 0, 0, 200);
        Path file = folder.resolve("a.jpg");
        ImageIO.write(image, "png", file.toFile()); // what a file is does not depend on its name
        PictureFile picture = PictureFile.read(file, "list line 1");
        assertEquals(1, picture.channels());
        assertArrayEquals(new float[] {9, 200, 9, 200, 9, 200}, values(picture, 3, 1, 2), 1e-4f);
        assertArrayEquals(new float[] {9, 200}, values(picture, 1, 1, 2), 1e-4f);
    }

    @Test
    void whatCannotBeReadIsRefused() throws IOException {
        Path file = write(4, 3);
        PictureFile picture = PictureFile.read(file, "list line 7");
        assertRefused(() -> values(picture, 3, 4, 4), "list line 7", "a.png is 4×3 pixels", "at least 4×4", "give a larger one");
        assertRefused(() -> values(picture, 1, 3, 4), "list line 7", "has colours");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        assertRefused(() -> PictureFile.read(file, "list line 7"), "list line 7", "cannot read", "a.png", "replace the picture");
        Files.writeString(file, "no picture");
        assertRefused(() -> PictureFile.read(file, "list line 7"), "list line 7", "a.png is no PNG or JPEG", "replace the picture");
    }
}
