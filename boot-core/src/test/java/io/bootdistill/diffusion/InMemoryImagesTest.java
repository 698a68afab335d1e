package io.bootdistill.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.network.ImageShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fast")
class InMemoryImagesTest {

    private static final ImageShape SHAPE = new ImageShape(1, 1, 2);

    @Test
    void bytesOfAllKindsAreTheSame() {
        byte[] pixels = {0, (byte) 255, 51, 102};
        List<byte[]> each = List.of(new byte[] {0, (byte) 255}, new byte[] {51, 102});
        int[] labels = {4, 2};
        for (InMemoryImages images : List.of(InMemoryImages.of(SHAPE, pixels, labels), InMemoryImages.of(SHAPE, each, labels),
                InMemoryImages.of(SHAPE, new float[] {-1, 1, -0.6f, -0.2f}, labels),
                InMemoryImages.of(SHAPE, new float[][] {{-1, 1}, {-0.6f, -0.2f}}, labels))) {
            assertEquals(2, images.count());
            float[] read = new float[5];
            images.read(0, read, 1);
            images.read(1, read, 3);
            assertArrayEquals(new float[] {0, -1, 1, -0.6f, -0.2f}, read, 1e-7f);
            assertEquals(2, images.label(1));
        }
        assertEquals(-1, InMemoryImages.of(SHAPE, each, null).label(1));
    }

    /** An array holds no more than two. */
    @Test
    void moreThanTwoGibibytes() {
        ImageShape large = new ImageShape(1, 4096, 4096);
        List<byte[]> all = new ArrayList<>(Collections.nCopies(200, new byte[large.size()]));
        all.set(199, new byte[large.size()]);
        all.get(199)[large.size() - 1] = (byte) 255;
        InMemoryImages images = InMemoryImages.of(large, all, null);
        assertEquals(200, images.count());
        float[] read = new float[large.size()];
        images.read(199, read, 0);
        assertEquals(1, read[large.size() - 1]);
        images.read(198, read, 0);
        assertEquals(-1, read[large.size() - 1]);
    }

    /** More floats than an array holds. */
    @Test
    void latentsOfMoreThanEightGibibytes() {
        ImageShape large = new ImageShape(4, 1024, 1024);
        float[] each = new float[large.size()];
        float[][] all = new float[600][];
        Arrays.fill(all, each);
        all[599] = each.clone();
        all[599][large.size() - 1] = 1;
        float[] read = new float[large.size()];
        InMemoryImages.of(large, all, null).read(599, read, 0);
        assertArrayEquals(all[599], read);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertTrue(refused(() -> InMemoryImages.of(SHAPE, List.of(), null)).contains("number of images is 0, must be at least 1"));
        String message = refused(() -> InMemoryImages.of(SHAPE, List.of(new byte[2], new byte[3]), null));
        assertTrue(message.contains("image 1 is 3, must be 2"), message);
        assertTrue(refused(() -> InMemoryImages.of(SHAPE, List.of(new byte[2]), new int[2])).contains("number of labels is 2"));
        assertTrue(refused(() -> InMemoryImages.of(SHAPE, new byte[3], null)).contains("number of image values is 3"));
    }

    private static String refused(Runnable making) {
        return assertThrows(IllegalArgumentException.class, making::run).getMessage();
    }
}
