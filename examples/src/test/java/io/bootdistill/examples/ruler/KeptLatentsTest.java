package io.bootdistill.examples.ruler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.HeldOut;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.network.ImageShape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeptLatentsTest {

    private static final ImageShape SHAPE = new ImageShape(2, 1, 1);
    private static final int PORTION = KeptLatents.PORTION;

    @TempDir
    private Path folder;

    private final List<Integer> drawn = new ArrayList<>();

    /** Draws of each picture its seed and its prompt. */
    private float[] draw(List<String> prompts, long[] seeds) {
        drawn.add(seeds.length);
        float[] latents = new float[2 * seeds.length];
        for (int i = 0; i < seeds.length; i++) {
            latents[2 * i] = seeds[i];
            latents[2 * i + 1] = prompts.get(i).charAt(0);
        }
        return latents;
    }

    private float[] latents(List<String> prompts, String name, int count) throws IOException {
        return new KeptLatents(folder, new HeldOutPrompts(prompts), SHAPE).of(name, this::draw, count, (done, total) -> {});
    }

    /** A portion that was drawn for fewer pictures is drawn again, others are not. */
    @Test
    void drawsOnceAndGoesOn() throws IOException {
        List<String> prompts = List.of("a", "b", "c");
        float[] few = latents(prompts, "one", PORTION + 5);
        float[] many = latents(prompts, "one", PORTION + 10);
        latents(prompts, "one", PORTION + 7);
        assertEquals(List.of(PORTION, 5, 10), drawn);
        assertArrayEquals(few, Arrays.copyOf(many, few.length));
        long[] seeds = HeldOut.seeds(PORTION + 10);
        for (int i = 0; i < PORTION + 10; i++) {
            assertEquals((float) seeds[i], many[2 * i]);
            assertEquals("abc".charAt(i % 3), many[2 * i + 1]);
        }
        latents(prompts, "two", 1);
        assertEquals(4, drawn.size(), "another model");
    }

    @Test
    void withoutAFolderNothingIsKept() throws IOException {
        KeptLatents none = new KeptLatents(null, new HeldOutPrompts(List.of("a")), SHAPE);
        float[] once = none.of("one", this::draw, PORTION + 1, (done, total) -> {});
        assertArrayEquals(once, none.of("one", this::draw, PORTION + 1, (done, total) -> {}));
        assertEquals(List.of(PORTION, 1, PORTION, 1), drawn);
    }

    @Test
    void latentsOfOtherPromptsAreRefused() throws IOException {
        latents(List.of("a", "b"), "one", 2);
        String message = assertThrows(ModelFormatException.class, () -> latents(List.of("a", "c"), "one", 2)).getMessage();
        assertTrue(message.contains("one") && message.contains("other prompts"), message);
    }
}
