package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.DrawingGoldenTest;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code boot inspect} says of a whole pipeline. */
final class PipelineInspectionTest {

    @TempDir
    private Path folder;

    private static void requireLine(String out, String pattern) {
        assertTrue(out.lines().anyMatch(line -> line.matches(pattern)), pattern + " in\n" + out);
    }

    @Test
    void componentsAndCosts() throws IOException {
        String out = CommandRun.boot("inspect", DrawingGoldenTest.copy(folder)).succeeded().out();
        requireLine(out, "pipeline     StableDiffusionPipeline, pictures 3×32×32, what is denoised 4×16×16");
        requireLine(out, "text_encoder CLIPTextModel, 28,080 parameters \\(0\\.1 MiB\\)");
        requireLine(out, "device       .*; by one worker, [1-9]\\d* GFLOP/s in products of matrices, [1-9]\\d* in 3×3 convolutions");
        requireLine(out, "a picture    50 steps, guidance 7\\.5: 0\\.00593 TFLOP, about \\S+ s; in one step 8\\.48e-05 TFLOP,"
                + " about \\S+ s");
        requireLine(out, "memory       to draw about \\d\\.\\d MiB: weights \\d\\.\\d MiB, the network's values 0\\.5 MiB, then the"
                + " decoder's 0\\.2 MiB");
        requireLine(out, "distilling   at least \\d+\\.\\d MiB, with one picture at a time; .*");
    }
}
