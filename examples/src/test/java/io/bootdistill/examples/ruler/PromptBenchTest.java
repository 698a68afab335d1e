package io.bootdistill.examples.ruler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BundledTeacher;
import io.bootdistill.Teacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.examples.extractor.EmojiScenes;
import io.bootdistill.metric.PairedError;
import io.bootdistill.network.ImageShape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PromptBenchTest {

    private static final int COUNT = 20;
    private static final HeldOutPrompts PROMPTS = new HeldOutPrompts(List.of("disc", "filled square on blue"));

    /** Draws pictures of 64×64. */
    private static final Path TEACHER = BundledTeacher.folder().resolveSibling("emoji-64");

    private final Device device = Devices.best();

    @TempDir
    private Path folder;

    @Test
    void comparesWithTheReferenceOnTheSameNoises() throws IOException {
        EmojiScenes.write(folder, 160, 3);
        EmojiScenes.writeClassifier(folder, device);
        try (Teacher teacher = Teacher.load(TEACHER, device); PromptRuler ruler = new PromptRuler(folder, folder, device)) {
            PromptBench bench = new PromptBench(teacher, PROMPTS, COUNT, ruler, null);
            int size = teacher.shape().size();
            PromptBench.Drawn reference = bench.draw("free", (prompts, seeds) -> {
                float[] latents = new float[prompts.size() * size];
                for (int i = 0; i < latents.length; i++) {
                    latents[i] = Philox.normal(seeds[i / size], 0, i % size);
                }
                return latents;
            }, (done, total) -> {});
            PromptRow same = bench.measure(reference, reference);
            assertEquals(List.of(0.0, 0.0, 1.0, 1.0),
                    List.of(same.latentRmse(), same.pictureRmse(), same.diversity(), same.leastDiversity()));
            PromptBench.Drawn flat =
                    bench.draw("flat", (prompts, seeds) -> new float[prompts.size() * size], (done, total) -> {});
            PromptRow collapsed = bench.measure(flat, reference);
            assertEquals(PairedError.rmse(new float[reference.latents().length], reference.latents()), collapsed.latentRmse());
            assertEquals(PairedError.rmse(flat.pictures(), reference.pictures()), collapsed.pictureRmse());
            assertEquals(0, collapsed.diversity(), "all pictures are one");
            assertNotEquals(same.shown().frechet(), collapsed.shown().frechet());
            PromptRow unruled = new PromptBench(teacher, PROMPTS, COUNT, null, null).measure(flat, reference);
            assertEquals(PromptRuler.PromptFigures.UNKNOWN, unruled.shown());
            assertEquals(collapsed.pictureRmse(), unruled.pictureRmse());
        }
    }

    /** The pictures of latents are those that the teacher itself draws. */
    @Test
    void decodesAsTheTeacher() throws IOException {
        try (Teacher teacher = Teacher.load(TEACHER, device)) {
            PromptBench bench = new PromptBench(teacher, PROMPTS, 2, null, null);
            PromptBench.Drawn drawn =
                    bench.draw("teacher", PromptModel.of(teacher, 1, PromptGuidance.of(1)), (done, total) -> {});
            DrawRequest request = DrawRequest.ofPrompts(PROMPTS.prompts()).withSeeds(HeldOutPrompts.seeds(0, 2)).withSteps(1)
                    .withGuidance(1);
            assertEquals(0, PairedError.rmse(PairedError.clamp(teacher.pixels(request, null)), drawn.pictures()));
        }
    }

    @Test
    void saysWhatTheClassifierDoesNotKnow() throws IOException {
        EmojiScenes.write(folder, 160, 3);
        EmojiScenes.writeClassifier(folder, device);
        try (PromptRuler ruler = new PromptRuler(folder, null, device)) {
            ImageShape known = new ImageShape(3, 64, 64);
            assertTrue(ruler.misfit(known, PROMPTS.prompts()).isEmpty());
            assertTrue(ruler.misfit(known, List.of("disc", "a cat")).orElseThrow().contains("\"a cat\" is no concept"));
            String shape = ruler.misfit(new ImageShape(3, 16, 16), PROMPTS.prompts()).orElseThrow();
            assertTrue(shape.contains("3×16×16") && shape.contains("3×64×64"), shape);
            PromptRuler.PromptFigures figures = ruler.measure(new float[2 * known.size()], PROMPTS.prompts());
            assertTrue(Double.isNaN(figures.frechet()), "there are no pictures to compare with");
            assertTrue(figures.faithfulness().all() >= 0);
        }
    }
}
