package io.bootdistill.examples.ruler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.HeldOut;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class HeldOutPromptsTest {

    private static List<String> captions(int count) {
        return IntStream.range(0, count).mapToObj(i -> "apple " + i).toList();
    }

    @Test
    void aTenthOfTheDistinctCaptions() {
        int count = 3000;
        List<String> captions = captions(count);
        List<String> heldOut = HeldOutPrompts.of(captions).prompts();
        assertEquals(0.1 * count, heldOut.size(), 5 * Math.sqrt(0.1 * 0.9 * count), "five deviations of so many draws");
        assertTrue(captions.containsAll(heldOut));
        List<String> twice = captions.stream().flatMap(caption -> List.of(caption, caption).stream()).toList();
        assertEquals(heldOut, HeldOutPrompts.of(twice).prompts(), "a caption counts once");
        assertEquals(heldOut, HeldOutPrompts.of(captions(2 * count)).prompts().subList(0, heldOut.size()));
        assertEquals(captions(9), HeldOutPrompts.of(captions(9)).prompts(), "too few to leave any out");
    }

    @Test
    void picturesTakePromptsInTurnAndSeedsOfTheirOwn() {
        HeldOutPrompts prompts = new HeldOutPrompts(List.of("a", "b", "c"));
        assertEquals(List.of("c", "a", "b", "c"), prompts.prompts(2, 6));
        assertArrayEquals(new float[] {0, 1, 2, 0}, prompts.classes(4));
        long[] all = HeldOut.seeds(6);
        assertArrayEquals(new long[] {all[2], all[3], all[4], all[5]}, HeldOutPrompts.seeds(2, 6));
    }
}
