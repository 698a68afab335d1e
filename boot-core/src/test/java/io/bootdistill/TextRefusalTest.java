package io.bootdistill;

import static io.bootdistill.format.RawFiles.assertMessage;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.GuidanceConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.DrawRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What does not fit a teacher that reads prompts, or its student, is refused before anything is made. */
@Tag("fast")
class TextRefusalTest {

    private static final ConditionSource PROMPTS = ConditionSource.prompts(List.of("a cat"));

    @TempDir
    Path temp;

    private final Device device = Devices.named("reference");

    private DistillationConfig.Builder config() {
        return DistillationConfig.builder().noCorrector().batch(2).block(2).images(2).heldOut(0).folder(temp.resolve("run"));
    }

    private void assertRefused(Teacher teacher, ConditionSource source, DistillationConfig config, Object... words) {
        BootDistiller distiller = new BootDistiller(teacher);
        if (source != null) {
            distiller.conditions(source);
        }
        assertMessage(assertThrows(IllegalArgumentException.class, () -> distiller.train(config)), words);
        assertMessage(assertThrows(IllegalArgumentException.class, () -> distiller.bytes(config)), words);
        assertFalse(Files.exists(temp.resolve("run")), "no folder is made");
    }

    @Test
    void distillations() throws IOException {
        TinyTeacher.write(temp.resolve("labels"), "v_prediction");
        try (Teacher text = Teacher.load(TinyPipeline.write(temp.resolve("text")), device);
                Teacher labels = Teacher.load(temp.resolve("labels"), device)) {
            assertRefused(text, null, config().build(), "conditions", "ConditionSource.prompts", "reads prompts");
            assertRefused(text, ConditionSource.labels(3, -1, 0), config().build(), "conditions", "ConditionSource.prompts");
            assertRefused(labels, PROMPTS, config().build(), "conditions is prompts", "reads no prompts");
            assertTrue(new BootDistiller(text).conditions(PROMPTS).bytes(config().build()) > 0, "one that fits");
            GuidanceConfig guidance = GuidanceConfig.defaults();
            assertRefused(text, PROMPTS, config().guidance(guidance.withNullLabel(0)).build(), "nullLabel", "Prompts.withNegative");
            assertRefused(text, PROMPTS, config().guidance(guidance.withNegativeLabel(0)).build(), "negativeLabel", "withNegative");
            int most = (int) ((2L << 30) / Float.BYTES / (77 * 24) - 2);
            assertRefused(text, ConditionSource.prompts(IntStream.rangeClosed(0, most).mapToObj(Integer::toString).toList()),
                    config().build(), "the number of prompts is " + (most + 1) + ", must be at most " + most, "lies in memory");
        }
    }

    private static void assertRefused(Student student, DrawRequest request, Object... words) {
        assertMessage(assertThrows(IllegalArgumentException.class, () -> student.latents(request)), words);
        assertMessage(assertThrows(IllegalArgumentException.class, () -> student.images(request)), words);
    }

    @Test
    void drawings() throws IOException {
        TinyTeacher.write(temp.resolve("labels"), "v_prediction");
        DistillationConfig config = config().folder(null).guidance(2).build();
        DrawRequest cat = DrawRequest.ofPrompts("a cat");
        try (Teacher text = Teacher.load(TinyPipeline.write(temp.resolve("text")), device);
                Teacher labels = Teacher.load(temp.resolve("labels"), device);
                Student student = new BootDistiller(text).conditions(PROMPTS).train(config);
                Student ofLabels = new BootDistiller(labels).train(config)) {
            assertRefused(student, cat.withNegative("a bad photo"), "negative is a bad photo", "became part of the student");
            assertRefused(student, DrawRequest.ofCount(1), "prompts is missing", "draws from prompts");
            assertRefused(student, DrawRequest.ofLabels(1), "prompts is missing");
            assertRefused(student, cat.withGuidance(1), "guidance is 1.0, must be 2.0");
            assertRefused(student, cat.withSteps(2), "steps is 2, must be 1");
            assertRefused(student, cat.withSize(32, 16), "the size is 32x16, must be 16x16");
            assertRefused(student, cat.withNoise(new float[5]), "the noise is 5 values, must be 256");
            assertRefused(ofLabels, cat, "prompts is [a cat]", "draws no prompts");
        }
    }
}
