package io.bootdistill.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.ConditionSource.Prompts;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ConditionShape.Part;
import io.bootdistill.network.ConditionShape.Parts;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.UNet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Prompts with pictures of theirs: which picture goes with which prompt. */
@Tag("fast")
class StagePromptsTest {

    private static final ImageShape ONE = new ImageShape(1, 1, 1);
    private static final Parts CARRIED = new Parts(List.of(new Part("row", new ConditionShape.Label(4)),
            new Part(UNet.CLASS, new ConditionShape.Vector(1)), new Part(UNet.IMAGE, new ConditionShape.Image(ONE))));

    /** Picture i of these is of value i/8: two of each prompt. */
    private static StagePrompts source(double nullProbability) {
        float[] values = {0, 0.125f, 0.25f, 0.375f, 0.5f, 0.625f};
        Prompts prompts = ConditionSource.prompts(List.of("a", "b", "c")).withNullProbability(nullProbability);
        return new StagePrompts(prompts, new SmallerImages(
                InMemoryImages.of(ONE, values, null), new NoiseConditioning(new double[] {1, 1, 1}, ONE), CARRIED), 2);
    }

    @Test
    void eachPromptHasPicturesOfItsOwn() {
        StagePrompts source = source(0);
        Set<List<Float>> drawn = new TreeSet<>((a, b) -> a.toString().compareTo(b.toString()));
        float[] row = new float[4];
        for (int i = 0; i < 500; i++) {
            source.draw(Philox.seed(1, 0, i), row, 1);
            assertEquals((int) row[1], (int) (row[3] * 4), "prompt " + row[1] + " with picture " + row[3] * 8);
            drawn.add(List.of(row[1], row[2], row[3]));
        }
        assertEquals(3 * 3 * 2, drawn.size(), "all of prompts, levels and pictures go together");
        assertSame(source.prompts(), source.asPrompts());
    }

    @Test
    void noPromptIsWithAnyPicture() {
        StagePrompts source = source(1);
        Set<Float> pictures = new TreeSet<>();
        float[] row = new float[3];
        for (int i = 0; i < 200; i++) {
            source.draw(Philox.seed(2, 0, i), row, 0);
            assertEquals(source.prompts().nullRow(), row[0]);
            pictures.add(row[2]);
        }
        assertEquals(6, pictures.size());
    }
}
