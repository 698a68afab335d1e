package io.bootdistill.examples.ruler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.bootdistill.HeldOut;
import io.bootdistill.diffusion.ConditionSource;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class HeldOutPromptsTest {

    @Test
    void areThoseThatNoStudentTrainsOn() {
        List<String> captions = IntStream.range(0, 300).mapToObj(i -> "apple " + i).toList();
        List<String> heldOut = HeldOutPrompts.of(captions).prompts();
        assertEquals(30, heldOut.size());
        ConditionSource source = ConditionSource.prompts(captions);
        float[] row = new float[1];
        for (int seed = 0; seed < 3000; seed++) {
            source.draw(seed, row, 0);
            assertFalse(heldOut.contains(captions.get((int) row[0])));
        }
    }

    @Test
    void picturesTakePromptsInTurnAndSeedsOfTheirOwn() {
        HeldOutPrompts prompts = new HeldOutPrompts(List.of("a", "b", "c"));
        assertEquals(List.of("c", "a", "b", "c"), prompts.prompts(2, 6));
        assertArrayEquals(new float[] {0, 1, 2, 0}, prompts.classes(4));
        long[] all = HeldOut.seeds(6);
        assertArrayEquals(new long[] {all[2], all[3], all[4], all[5]}, HeldOutPrompts.seeds(2, 6));
    }

    @Test
    void fewPicturesShowFewPromptsTwice() {
        HeldOutPrompts prompts = new HeldOutPrompts(List.of("a", "b", "c"));
        assertEquals(List.of("a", "b"), prompts.shownBy(5).prompts());
        assertEquals(prompts, prompts.shownBy(100));
        assertEquals(List.of("a"), prompts.shownBy(1).prompts());
    }
}
