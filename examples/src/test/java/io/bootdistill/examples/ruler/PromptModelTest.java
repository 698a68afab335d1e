package io.bootdistill.examples.ruler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.bootdistill.BundledTeacher;
import io.bootdistill.Teacher;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.DrawRequest;
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
            float[] drawn = PromptModel.of(teacher, 3, 2).latents(prompts, new long[] {7, 8, 9});
            DrawRequest request = DrawRequest.ofPrompts(prompts).withSeed(7).withSteps(3);
            assertArrayEquals(teacher.latents(request.withGuidance(2), null), drawn);
            assertFalse(Arrays.equals(teacher.latents(request.withGuidance(1), null), drawn));
        }
    }
}
