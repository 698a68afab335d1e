package io.bootdistill.examples.ruler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.bootdistill.BundledTeacher;
import io.bootdistill.Teacher;
import io.bootdistill.config.GuidanceConfig;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.GuidanceInterval;
import io.bootdistill.diffusion.GuidanceRange;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PromptModelTest {

    /** A pipeline of random weights. */
    static final Path TINY = BundledTeacher.folder().getParent()
            .resolveSibling("boot-core/src/test/resources/fixtures/text-to-image/sd-pipeline");

    /** Seeds that follow one another are those of a request: the teacher draws the same. */
    @Test
    void teacherDrawsFromTheNoisesOfItsSeeds() {
        List<String> prompts = List.of("a red apple", "a blue pear", "a red apple");
        try (Teacher teacher = Teacher.load(TINY, Devices.best())) {
            float[] drawn = PromptModel.of(teacher, 3, PromptGuidance.of(2)).latents(prompts, new long[] {7, 8, 9});
            DrawRequest request = DrawRequest.ofPrompts(prompts).withSeed(7).withSteps(3);
            assertArrayEquals(teacher.latents(request.withGuidance(2), null), drawn);
            assertFalse(Arrays.equals(teacher.latents(request.withGuidance(1), null), drawn));
        }
    }

    /** Each value of the guidance tells; the format's sampler knows the scale and the negative prompt alone. */
    @Test
    void referenceIsGuidedAsAStudent() {
        List<String> prompts = List.of("a red apple", "a blue pear");
        GuidanceInterval half = new GuidanceInterval(0.5, 1);
        GuidanceConfig config = GuidanceConfig.defaults().withRange(new GuidanceRange(1, 3)).withInterval(half).withRescale(0.5);
        PromptGuidance guidance = PromptGuidance.of(config, "a bad photo");
        assertEquals(new PromptGuidance(2, half, 0.5, "a bad photo"), guidance);
        DrawRequest request = DrawRequest.ofPrompts(prompts).withSeed(7).withSteps(3).withGuidance(2);
        try (Teacher teacher = Teacher.load(TINY, Devices.best())) {
            float[] drawn = PromptModel.reference(teacher, 3, guidance).latents(prompts, new long[] {7, 8});
            assertArrayEquals(teacher.latents(request.withNegative("a bad photo").asReference(half, 0.5), null), drawn);
            assertArrayEquals(teacher.latents(request.withNegative("a bad photo"), null),
                    PromptModel.of(teacher, 3, guidance).latents(prompts, new long[] {7, 8}));
            for (PromptGuidance other : List.of(guidance.withScale(3), new PromptGuidance(2, half, 0, "a bad photo"),
                    new PromptGuidance(2, half, 0.5, ""), new PromptGuidance(2, GuidanceInterval.ALWAYS, 0.5, "a bad photo"))) {
                assertFalse(Arrays.equals(PromptModel.reference(teacher, 3, other).latents(prompts, new long[] {7, 8}), drawn),
                        other.toString());
            }
        }
    }
}
