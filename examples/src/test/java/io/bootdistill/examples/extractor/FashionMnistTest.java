package io.bootdistill.examples.extractor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.format.LabelledImages;
import io.bootdistill.network.ImageShape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FashionMnistTest {

    /** Of 2×4 with a frame of 2, each pixel the mean of four. */
    @Test
    void imagesAreFramedAndHalved() {
        byte[] image = {(byte) 255, 51, 0, 0, 102, (byte) 204, 0, 1};
        LabelledPictures read = FashionMnist.small(new LabelledImages(2, 4, List.of(new byte[8], image), new int[] {7, 3}));
        assertEquals(new ImageShape(1, 3, 4), read.shape());
        assertArrayEquals(new int[][] {{7, 3}}, read.classes());
        float[] expected = new float[24];
        Arrays.fill(expected, -1);
        expected[12 + 5] = ((255 / 127.5f - 1) + (51 / 127.5f - 1) + (102 / 127.5f - 1) + (204 / 127.5f - 1)) / 4;
        expected[12 + 6] = (-1f + -1f + -1f + (1 / 127.5f - 1)) / 4;
        assertArrayEquals(expected, read.images()); // to the bit: what was measured with them stays comparable
    }

    @Test
    void testImagesAreFoundByEachOfTheirNames(@TempDir Path folder) throws Exception {
        assertFalse(FashionMnist.hasTest(folder));
        Files.createFile(folder.resolve("t10k-images.idx3-ubyte"));
        Files.createFile(folder.resolve("t10k-labels-idx1-ubyte.gz"));
        assertTrue(FashionMnist.hasTest(folder));
    }
}
