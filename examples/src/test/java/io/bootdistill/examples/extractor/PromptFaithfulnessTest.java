package io.bootdistill.examples.extractor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

final class PromptFaithfulnessTest {

    @Test
    void countsWhatPromptsSay() {
        int[][] asked = {{0, 1, 2, 3}, {0, -1, 1, -1}, {-1, 5, 4, -1}};
        int[][] found = {{0, 1, 2, 9}, {0, 0, 0, 2}, {3, 5, 6, 7}};
        assertEquals(new PromptFaithfulness(3 / 4.0, 1 / 2.0, 1 / 2.0, 2 / 4.0), PromptFaithfulness.of(found, asked));
    }

    @Test
    void whatNoPromptSaysHasNoShare() {
        int[][] asked = {{0, 1}, {-1, -1}, {2, 2}};
        int[][] found = {{0, 1}, {0, 1}, {2, 2}};
        assertEquals(new PromptFaithfulness(1, Double.NaN, 1, 1), PromptFaithfulness.of(found, asked));
    }

    @Test
    void asManyPicturesAsPrompts() {
        assertThrows(IllegalArgumentException.class, () -> PromptFaithfulness.of(new int[3][2], new int[3][3]));
        assertThrows(IllegalArgumentException.class, () -> PromptFaithfulness.of(new int[3][0], new int[3][0]));
    }
}
