package io.bootdistill.reference;

import static io.bootdistill.reference.Arrays64.read;
import static io.bootdistill.reference.Arrays64.slice;
import static io.bootdistill.reference.Arrays64.tensor;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bootdistill.device.Patches;
import io.bootdistill.device.RowPlace;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Values of the operations on rows of tokens. */
@Tag("fast")
class ReferenceTokensTest {

    private final ReferenceKernels kernels = new ReferenceKernels();

    @Test
    void addsTheSameRowsToEachSampleAndSumsTheirGradients() {
        Slice rows = slice(10, 20, 30, 40);
        Tensor y = tensor(2, 1, 2, 3, 4, 5, 6, 7, 8);
        kernels.addRowsForward(2, 2, y, rows, y);
        assertArrayEquals(new double[] {11, 22, 33, 44, 15, 26, 37, 48}, read(y), 0);
        Slice sums = slice(100, 100, 100, 100);
        kernels.addRowsBackward(2, 2, tensor(2, 1, 2, 3, 4, 5, 6, 7, 8), sums, true);
        assertArrayEquals(new double[] {106, 108, 110, 112}, read(sums), 0);
        kernels.addRowsBackward(2, 2, tensor(2, 1, 2, 3, 4, 5, 6, 7, 8), sums, false);
        assertArrayEquals(new double[] {6, 8, 10, 12}, read(sums), 0);
    }

    /** Two samples of one row and of two, together and apart again. */
    @Test
    void placesRowsOfEachSample() {
        Tensor both = tensor(1, new double[6]);
        kernels.placeRows(2, new RowPlace(1, 1, 0, 3, 0), tensor(1, 1, 2), null, both);
        kernels.placeRows(2, new RowPlace(2, 2, 0, 3, 1), tensor(1, 3, 4, 5, 6), null, both);
        assertArrayEquals(new double[] {1, 3, 4, 2, 5, 6}, read(both), 0);
        Tensor part = tensor(1, 10, 20, 30, 40);
        kernels.placeRows(2, new RowPlace(2, 3, 1, 2, 0), both, part, part);
        assertArrayEquals(new double[] {13, 24, 35, 46}, read(part), 0);
        Tensor last = tensor(1, 0, 0);
        kernels.placeRows(2, new RowPlace(1, 3, 2, 1, 0), both, tensor(1, 100, 200), last);
        assertArrayEquals(new double[] {104, 206}, read(last), 0);
    }

    @Test
    void placesLieWithinTheRows() {
        assertThrows(IllegalArgumentException.class, () -> new RowPlace(0, 1, 0, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new RowPlace(1, 1, -1, 1, 0));
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> new RowPlace(2, 2, 0, 3, 2));
        assertEquals("to is 2 and count 2, must lie within the 3 of targetRows", refusal.getMessage());
    }

    /** One image of 2×4 pixels with two channels, 10·(pixel + 1) + channel. */
    @Test
    void cutsImagesIntoPatchesInBothOrders() {
        double[] image = {10, 11, 20, 21, 30, 31, 40, 41, 50, 51, 60, 61, 70, 71, 80, 81};
        Patches channelsFirst = new Patches(2, 4, 2, 2, true);
        Tensor tokens = tensor(8, new double[16]);
        kernels.patchify(1, channelsFirst, tensor(2, image), null, tokens);
        assertArrayEquals(new double[] {10, 20, 50, 60, 11, 21, 51, 61, 30, 40, 70, 80, 31, 41, 71, 81}, read(tokens), 0);
        Tensor back = tensor(2, new double[16]);
        kernels.unpatchify(1, channelsFirst, tokens, back, back);
        assertArrayEquals(image, read(back), 0);

        Patches channelsLast = new Patches(2, 4, 2, 2, false);
        kernels.patchify(1, channelsLast, tensor(2, image), null, tokens);
        assertArrayEquals(new double[] {10, 11, 20, 21, 50, 51, 60, 61, 30, 31, 40, 41, 70, 71, 80, 81}, read(tokens), 0);
        kernels.unpatchify(1, channelsLast, tokens, null, back);
        assertArrayEquals(image, read(back), 0);
        kernels.patchify(1, channelsLast, tensor(2, image), tokens, tokens);
        assertArrayEquals(new double[] {20, 22, 40, 42, 100, 102, 120, 122, 60, 62, 80, 82, 140, 142, 160, 162}, read(tokens), 0);
    }

    /** Row-major order of the patches, and images that do not run into each other: three samples of 4×2 in 2×2. */
    @Test
    void patchesAreInRowMajorOrder() {
        Patches patches = new Patches(4, 2, 1, 2, true);
        double[] pixels = new double[24];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = i;
        }
        Tensor tokens = tensor(4, new double[24]);
        kernels.patchify(3, patches, tensor(1, pixels), null, tokens);
        assertArrayEquals(pixels, read(tokens), 0); // an image that is one patch wide stays in its order
        Tensor wide = tensor(4, new double[16]);
        kernels.patchify(1, new Patches(4, 4, 1, 2, false), tensor(1, Arrays.copyOf(pixels, 16)), null, wide);
        assertArrayEquals(new double[] {0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15}, read(wide), 0);
    }

    @Test
    void findsTheFirstOfTheNearestCodes() {
        Slice table = slice(2, 0, 0, 1, 0, -1, 2, 0); // the last is the first
        Tensor y = tensor(2, new double[8]);
        kernels.nearestCode(4, 4, tensor(2, 5, 1, 0.1, -0.3, 0.1, 0, 1, 0), table, y);
        assertArrayEquals(new double[] {2, 0, 0, -1, 0, 1, 2, 0}, read(y), 0);
        Tensor only = tensor(1, 0);
        kernels.nearestCode(1, 1, tensor(1, 100), slice(-7), only);
        assertArrayEquals(new double[] {-7}, read(only), 0);
    }
}
