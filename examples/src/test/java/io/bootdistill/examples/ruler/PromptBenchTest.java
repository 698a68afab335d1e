package io.bootdistill.examples.ruler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.Teacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Philox;
import io.bootdistill.examples.extractor.EmojiScenes;
import io.bootdistill.metric.PairedError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PromptBenchTest {

    private static final int COUNT = 20;

    private final Device device = Devices.best();

    @TempDir
    private Path folder;

    private PromptBench bench() throws IOException {
        EmojiScenes.write(folder, 160, 3);
        EmojiScenes.writeClassifier(folder, device);
        return new PromptBench(PromptModelTest.TINY, folder, folder, folder.resolve("out"), COUNT, device);
    }

    @Test
    void comparesWithTheReferenceOnTheSameNoises() throws IOException {
        try (PromptBench bench = bench()) {
            PromptModel free = (prompts, seeds) -> {
                float[] latents = new float[KeptLatents.PORTION * bench.latents().size()];
                for (int i = 0; i < latents.length; i++) {
                    latents[i] = Philox.normal(seeds[i / bench.latents().size()], 0, i % bench.latents().size());
                }
                return latents;
            };
            PromptBench.Drawn reference = bench.draw("free", free);
            PromptRow same = bench.measure("free", reference, reference);
            assertEquals(List.of(0.0, 0.0, 1.0, 1.0),
                    List.of(same.latentRmse(), same.pictureRmse(), same.diversity(), same.leastDiversity()));
            PromptBench.Drawn flat = bench.draw("flat", (prompts, seeds) ->
                    new float[KeptLatents.PORTION * bench.latents().size()]);
            PromptRow collapsed = bench.measure("flat", flat, reference);
            assertEquals(PairedError.rmse(new float[reference.latents().length], reference.latents()), collapsed.latentRmse());
            assertEquals(PairedError.rmse(flat.pictures(), reference.pictures()), collapsed.pictureRmse());
            assertEquals(0, collapsed.diversity(), "all pictures are one");
            assertEquals(COUNT, collapsed.pictures());
            assertNotEquals(same.shown().frechet(), collapsed.shown().frechet());
        }
    }

    @Test
    void teacherHasARowForEachNumberOfSteps() throws IOException {
        try (PromptBench bench = bench(); Teacher teacher = Teacher.load(PromptModelTest.TINY, device)) {
            for (String name : List.of("teacher-w1.0-50", "teacher-w1.0-2")) { // what was drawn before is taken
                float fill = name.endsWith("50") ? 0 : 0.5f;
                bench.draw(name, (prompts, seeds) -> {
                    float[] latents = new float[KeptLatents.PORTION * bench.latents().size()];
                    Arrays.fill(latents, fill);
                    return latents;
                });
            }
            List<PromptRow> rows = MeasureTeacher.measure(teacher, bench, new double[] {1}, new int[] {50, 2});
            assertEquals(List.of("teacher-w1.0-50", "teacher-w1.0-2"), rows.stream().map(PromptRow::model).toList());
            assertEquals(List.of(0.0, 0.5), rows.stream().map(PromptRow::latentRmse).toList());
            List<String> table = Files.readAllLines(folder.resolve("out/teacher.csv"));
            assertEquals(3, table.size());
            assertTrue(table.get(2).startsWith("teacher-w1.0-2,20,0.50000,"), table.get(2));
            assertEquals(table.get(0).split(",").length, table.get(2).split(",").length);
        }
    }
}
