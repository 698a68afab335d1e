package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.TinyPipeline;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.diffusion.GuidanceInterval;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.format.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a teacher and a file of prompts to a picture, on the command line. */
final class TextCommandsTest {

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private static Path teacher;
    private static Path prompts;
    private static Path run;

    @BeforeAll
    static void distil() throws IOException {
        teacher = TinyPipeline.write(shared.resolve("teacher"));
        prompts = CommandRun.writePrompts(shared);
        run = shared.resolve("run");
        CommandRun made = CommandRun.distill(teacher, run, "--prompts", prompts, "--steps", 2, "--batch", 4, "--guidance", 2,
                "--negative", "a bad photo", "--guidance-interval", "0.1:0.9").succeeded();
        assertTrue(made.out().contains("sample it") && made.out().contains("--prompt TEXT"), made.out());
    }

    @Test
    void whatWasAskedForIsWritten() throws IOException {
        DistillationConfig config = DistillationConfig.read(run.resolve("config.json"));
        assertEquals(new GuidanceRange(2, 2), config.guidance().range());
        assertEquals(new GuidanceInterval(0.1, 0.9), config.guidance().interval());
        String written = Files.readString(run.resolve("prompts.json"));
        assertTrue(written.contains("a bad photo") && written.contains("an old lighthouse"), written);
        String report = Files.readString(run.resolve("report.html"));
        assertTrue(report.contains("a photo of the sea") && report.contains("teacher 50 steps"), "prompts in the report");
    }

    /** The pictures are not those of the bundled classifier. */
    @Test
    void reportShowsTheTrajectoryErrorOfAllTimes() throws IOException {
        String ofEnd = Files.readString(run.resolve("report.html"));
        assertFalse(ofEnd.contains("rajectory error"), "this student has learnt the end alone");
        Path timed = folder.resolve("timed");
        CommandRun.distill(teacher, timed, "--prompts", prompts, "--recipe", "paper", "--steps", 1, "--batch", 4).succeeded();
        String report = Files.readString(timed.resolve("report.html"));
        assertTrue(report.contains("Trajectory error") && report.contains("trajectory error, mean over t"), "in the report");
        assertFalse(report.contains("What the pictures show"));
    }

    @Test
    void aFinishedRunIsKnownWithoutItsPrompts() {
        CommandRun again = CommandRun.boot("distill", "--resume", "--out", run, "--teacher", teacher, "--no-report").succeeded();
        assertTrue(again.err().contains("finished before"), again.err());
        CommandRun.boot("distill", "--resume", "--out", run, "--teacher", teacher, "--prompts", prompts)
                .refused(2, "--prompts cannot be given with --resume");
    }

    @Test
    void aRecipeKeepsItsGuidance() {
        Path again = folder.resolve("again");
        CommandRun.distill(teacher, again, "--prompts", prompts, "--recipe", run.resolve("config.json"), "--steps", 1, "--batch", 4,
                "--no-report").succeeded();
        assertEquals(new GuidanceRange(2, 2), DistillationConfig.read(again.resolve("config.json")).guidance().range());
    }

    /** A picture is a function of its prompt and seed, of the run's student and of the folder that it wrote. */
    @Test
    void studentsDrawPrompts() throws IOException {
        float[] two = draw(run, "--prompt", "a dog", "--count", 2);
        float[] one = draw(run.resolve("student"), "--prompt", "a dog", "--seed", 1);
        assertEquals(2 * one.length, two.length);
        for (int i = 0; i < one.length; i++) {
            assertEquals(two[one.length + i], one[i], "value " + i);
        }
        Path grid = folder.resolve("grid.png");
        CommandRun.boot("sample", "--model", run, "--prompt", "a dog", "--prompt", "a cat", "--out", grid).succeeded();
        assertTrue(Files.size(grid) > 0);
    }

    private float[] draw(Path model, Object... more) throws IOException {
        Path out = folder.resolve("sample.safetensors");
        Object[] all = new Object[more.length + 5];
        System.arraycopy(new Object[] {"sample", "--model", model, "--out", out}, 0, all, 0, 5);
        System.arraycopy(more, 0, all, 5, more.length);
        CommandRun.boot(all).succeeded();
        try (SafetensorsFile file = SafetensorsFile.open(out)) {
            return file.floats("sample");
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Path out = folder.resolve("a.png");
        CommandRun.boot("sample", "--model", run, "--out", out).refused(2, "--prompt is missing, must be given");
        CommandRun.boot("sample", "--model", run, "--prompt", "a", "--negative", "b", "--out", out)
                .refused(2, "--negative is b, must be left out: what guidance leads away from became part of the student");
        CommandRun.boot("sample", "--model", run, "--prompt", "a", "--guidance", 3, "--out", out)
                .refused(2, "--guidance is 3.0, must be 2.0, for which this student was distilled");
        CommandRun.boot("sample", "--out", out).refused(2, "--model is missing, must be given; only prompts and labels");
        CommandRun.boot("distill", "--teacher", teacher, "--out", folder.resolve("new"))
                .refused(2, "--prompts is missing, must be given for this teacher");
        CommandRun.boot("distill", "--teacher", teacher, "--prompts", prompts, "--column", "x", "--out", folder.resolve("new"))
                .refused(1, prompts.toString(), "has no columns");
        CommandRun.boot("distill", "--teacher", teacher, "--prompts", prompts, "--guidance-interval", "0.9:0.1",
                "--out", folder.resolve("new")).refused(2, "--guidance-interval is 0.9:0.1, must be two times in [0, 1]");
    }

    @Test
    void picturesAreNamedAfterPrompts() {
        assertEquals("red-apple-on-blue.png", SampleOutput.named("Red apple, on blue!").toString());
        assertEquals("été-日本.png", SampleOutput.named("  Été — 日本 ").toString());
        assertEquals("picture.png", SampleOutput.named("?!").toString());
        assertEquals(48 + 4, SampleOutput.named("a".repeat(300)).toString().length());
    }
}
