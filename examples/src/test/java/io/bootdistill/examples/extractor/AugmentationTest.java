package io.bootdistill.examples.extractor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.network.ImageShape;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class AugmentationTest {

    /** Two pictures of two channels, of which the second is the first plus 100. */
    private static LabelledPictures pictures() {
        float[] images = new float[2 * 2 * 4 * 4];
        for (int i = 0; i < images.length; i++) {
            images[i] = i / 32 * 1000 + i % 32 / 16 * 100 + i % 16;
        }
        return new LabelledPictures(new ImageShape(2, 4, 4), images, new int[][] {{0, 1}});
    }

    @Test
    void withoutShiftsAPictureIsItselfOrItsMirrorImage() {
        Augmentation augmentation = new Augmentation(pictures(), 0, 1, 5);
        Set<Float> firsts = new HashSet<>();
        for (int step = 0; step < 20; step++) {
            float[] rows = new float[2 * 32];
            augmentation.write(step, 1, rows, 1);
            firsts.add(rows[32]);
            boolean flipped = rows[32] == 1003;
            for (int k = 0; k < 16; k++) {
                float value = 1000 + k / 4 * 4 + (flipped ? 3 - k % 4 : k % 4);
                assertEquals(value, rows[32 + 2 * k]);
                assertEquals(value + 100, rows[32 + 2 * k + 1], "the second channel of the same pixel");
            }
        }
        assertEquals(Set.of(1000f, 1003f), firsts);
    }

    @Test
    void shiftsRepeatTheEdgeAndReachTheirBounds() {
        Augmentation augmentation = new Augmentation(pictures(), 1, 1, 5);
        Set<Float> corners = new HashSet<>();
        for (int step = 0; step < 200; step++) {
            float[] rows = new float[32];
            augmentation.write(step, 0, rows, 0);
            float[] again = new float[32];
            augmentation.write(step, 0, again, 0);
            assertArrayEquals(rows, again, "a function of the step");
            for (int k = 0; k < 32; k++) {
                assertTrue(rows[k] >= 0 && rows[k] % 100 < 16, "a value of the picture");
            }
            corners.add(rows[0]);
        }
        assertEquals(Set.of(0f, 1f, 2f, 3f, 4f, 5f, 6f, 7f), corners, "up or not, left or right, mirrored or not");
    }

    /** Of a ramp, which bilinear values keep: each row runs about the middle with the slope 1/scale, up to the edges. */
    @Test
    void zoomsAboutTheMiddleUpToItsBound() {
        int size = 8;
        float[] ramp = new float[size * size];
        for (int i = 0; i < ramp.length; i++) {
            ramp[i] = i % size + 10 * (i / size);
        }
        double zoom = 1.5;
        Augmentation augmentation =
                new Augmentation(new LabelledPictures(new ImageShape(1, size, size), ramp, new int[][] {{0}}), 0, zoom, 5);
        double least = 1;
        double most = 1;
        for (int step = 0; step < 200; step++) {
            float[] rows = new float[size * size];
            augmentation.write(step, 0, rows, 0);
            double slope = (rows[4 * size + 4] - rows[3 * size + 4]) / 10;
            boolean flipped = rows[3] > rows[4];
            for (int k = 0; k < rows.length; k++) {
                double column = place(flipped ? size - 1 - k % size : k % size, slope);
                assertEquals(column + 10 * place(k / size, slope), rows[k], 1e-4, "of 77, to a few units of rounding");
            }
            least = Math.min(least, slope);
            most = Math.max(most, slope);
        }
        assertTrue(least >= 1 / zoom && least < 0.7 && most <= zoom && most > 1.4, least + " … " + most);
    }

    private static double place(int at, double slope) {
        return Math.max(0, Math.min(7, 3.5 + (at - 3.5) * slope));
    }
}
