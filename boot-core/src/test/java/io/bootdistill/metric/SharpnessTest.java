package io.bootdistill.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fast")
class SharpnessTest {

    @Test
    void ofPlanesByHand() {
        float[] planes = {
            0, 0, 0, 0,
            0, 1, 0, 0,
            0, 0, 0, 9, // the edge itself is left out, but seen from within
            // the second plane is even
            2, 2, 2, 2,
            2, 2, 2, 2,
            2, 2, 2, 2
        };
        assertEquals((4 + 1) / 4.0, Sharpness.of(planes, 3, 4), 1e-12);
        float[] slope = {0, 1, 2, 0, 1, 2, 0, 1, 2};
        assertEquals(0, Sharpness.of(slope, 3, 3), 1e-12);
    }

    @Test
    void refusesOtherSizes() {
        for (int[] size : new int[][] {{2, 6}, {3, 3}, {6, 2}}) {
            IllegalArgumentException refused = assertThrows(
                    IllegalArgumentException.class, () -> Sharpness.of(new float[12], size[0], size[1]));
            assertTrue(refused.getMessage().contains("planes has 12 values"), refused.getMessage());
        }
        assertThrows(IllegalArgumentException.class, () -> Sharpness.of(new float[0], 3, 3));
    }
}
