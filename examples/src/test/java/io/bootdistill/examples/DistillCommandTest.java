package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.TinyTeacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.lesson.UpdateRule;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class DistillCommandTest {

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private static Path teacher;
    private static Path run;
    private static CommandRun first;

    @BeforeAll
    static void distil() throws IOException {
        teacher = shared.resolve("teacher");
        TinyTeacher.write(teacher, "v_prediction");
        run = shared.resolve("a run");
        first = CommandRun.distill(teacher, run, "--steps", 6, "--batch", 4, "--seed", 5);
    }

    @Test
    void saysWhatItMadeAndWhere() throws IOException {
        first.succeeded();
        assertTrue(first.out().contains("student      " + run.resolve("student") + "\n"), first.out());
        assertTrue(first.out().matches("(?s).*paired RMSE  \\d\\.\\d{4} on 64 held-out noises.*"), first.out());
        assertTrue(first.out().contains("picture      " + run.resolve("comparison.png") + "\n"), first.out());
        assertTrue(first.out().contains("boot sample --model '" + run + "' --out grid.png\n"), first.out());
        assertTrue(first.err().matches("(?s).*step 6/6  loss .* images/s  0:00 left\nstep 6: paired RMSE .*"), first.err());
        String config = Files.readString(run.resolve("config.json"));
        for (String value : List.of("\"images\": 24", "\"batch\": 4", "\"seed\": 5")) {
            assertTrue(config.contains(value), config);
        }
    }

    /** After six steps, the student still makes much the same image of every noise. */
    @Test
    void saysThatTheStudentHasCollapsed() throws IOException {
        first.succeeded();
        assertTrue(first.out().contains("\nCOLLAPSED    the samples of a class differ from each other only 0."), first.out());
        assertTrue(Files.readString(run.resolve("report.html")).contains("The student has collapsed: the samples of a class"));
    }

    /** Three classes of 21 samples, at 8 × 8 pixels each and twice; the teacher's half is not the student's. */
    @Test
    void drawsTheComparison() throws IOException {
        first.succeeded();
        BufferedImage picture = ImageIO.read(run.resolve("comparison.png").toFile());
        int grid = 21 * 66 - 2;
        assertEquals(112 + grid + 24 + grid + 12, picture.getWidth());
        assertEquals(32 + 3 * 66 - 2 + 12, picture.getHeight());
        assertTrue(hasInk(picture, 0, 0, picture.getWidth(), 32), "no heading");
        assertTrue(hasInk(picture, 0, 32, 112, picture.getHeight()), "no labels");
        int[] left = picture.getRGB(112, 32, grid, 196, null, 0, grid);
        int[] right = picture.getRGB(112 + grid + 24, 32, grid, 196, null, 0, grid);
        assertFalse(java.util.Arrays.equals(left, right));
    }

    private static boolean hasInk(BufferedImage picture, int x0, int y0, int x1, int y1) {
        for (int y = y0; y < y1; y++) {
            for (int x = x0; x < x1; x++) {
                if ((picture.getRGB(x, y) & 0xffffff) == 0) {
                    return true;
                }
            }
        }
        return false;
    }

    @Test
    void workersDoNotChangeTheResult() throws IOException {
        Path other = folder.resolve("other");
        CommandRun.distill(teacher, other, "--steps", 6, "--batch", 4, "--seed", 5, "--workers", 1).succeeded();
        assertSameState(run, other);
    }

    @Test
    void resumingAFinishedRunChangesNothing() throws IOException {
        byte[] before = Files.readAllBytes(run.resolve("state.safetensors"));
        CommandRun again = CommandRun.distill(teacher, run, "--resume").succeeded();
        assertTrue(again.err().contains("finished before, after step 6"), again.err());
        assertArrayEquals(before, Files.readAllBytes(run.resolve("state.safetensors")));
    }

    /** Ctrl-C between two steps of a run in another JVM, then --resume: the same bits as a run in one go. */
    @Test
    @Timeout(120)
    void stopsAtCtrlCAndGoesOn() throws Exception {
        Path stopped = folder.resolve("stopped");
        Object[] length = {"--steps", 1600, "--batch", 4};
        Process process = CommandRun.start(List.of("-Dboot.command=./boot"), "distill", "--teacher", teacher, "--out", stopped,
                "--device", io.bootdistill.device.Devices.best().name(), length[0], length[1], length[2], length[3]);
        StringBuilder output = new StringBuilder();
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                output.append(line).append('\n');
                if (line.startsWith("step 400/")) {
                    new ProcessBuilder("sh", "-c", "kill -INT " + process.pid()).start().waitFor();
                }
            }
        }
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(130, process.exitValue(), output::toString);
        assertTrue(output.toString().contains("of 1600; continue with: ./boot distill --resume --out " + stopped), output::toString);

        CommandRun.distill(teacher, stopped, "--resume").succeeded();
        Path whole = folder.resolve("whole");
        CommandRun.distill(teacher, whole, length).succeeded();
        assertSameState(whole, stopped);
    }

    @Test
    void finishedRunCanGoOn() throws IOException {
        Path longer = folder.resolve("longer");
        CommandRun.distill(teacher, longer, "--steps", 2, "--batch", 4, "--no-report").succeeded();
        CommandRun.distill(teacher, longer, "--resume", "--steps", 1).refused(2, "--steps is 1, must be 2, as the run was to have");
        CommandRun more = CommandRun.distill(teacher, longer, "--resume", "--steps", 4, "--no-report").succeeded();
        assertTrue(more.err().contains("step 4/4"), more.err());
        assertEquals(4, DistillationConfig.read(longer.resolve("config.json")).steps());
        assertTrue(Files.readString(longer.resolve("metrics.csv")).contains("\n4,16,"));
    }

    @Test
    void optionsOfAnotherRunCanBeTakenOver() throws IOException {
        Path other = folder.resolve("other");
        Path same = folder.resolve("same");
        CommandRun.distill(teacher, other, "--steps", 2, "--batch", 4, "--recipe", "paper", "--guidance", "1:3").succeeded();
        String config = Files.readString(other.resolve("config.json"));
        for (String value : List.of("\"weighting\": \"INVERSE_DELTA_SQUARED\"", "\"least\": 1.0", "\"most\": 3.0")) {
            assertTrue(config.contains(value), config);
        }
        CommandRun.distill(teacher, same, "--recipe", other.resolve("config.json")).succeeded();
        assertSameState(other, same);
        CommandRun.distill(teacher, folder.resolve("none"), "--recipe", folder.resolve("no.json")).refused(1, "no.json");
    }

    @Test
    void whatFollowsFromTheSizeCanBeSaid() throws IOException {
        DistillationConfig byDefault = DistillationConfig.read(run.resolve("config.json"));
        assertEquals(16, byDefault.work().block());
        assertEquals(8, byDefault.work().lanes());
        Path other = folder.resolve("other");
        CommandRun.distill(teacher, other, "--steps", 6, "--batch", 4, "--seed", 5, "--held-out", 8, "--block", 2, "--lanes", 3,
                "--optimiser", "adam", "--no-corrector", "--no-report").succeeded();
        assertEquals(byDefault.toBuilder().heldOut(8).block(2).lanes(3).noCorrector()
                .optimiser(byDefault.optimiser().withRule(UpdateRule.ADAM)).build(),
                DistillationConfig.read(other.resolve("config.json")));
    }

    @Test
    void quickIsTheDefaultRecipeCutShort() throws IOException {
        Path quick = folder.resolve("quick");
        CommandRun.distill(teacher, quick, "--quick", "--steps", 2, "--batch", 4, "--no-report").succeeded();
        DistillationConfig config = DistillationConfig.read(quick.resolve("config.json"));
        assertEquals(DistillationConfig.quick().build().evaluation().referenceSteps(), config.evaluation().referenceSteps());
        assertEquals(2, config.steps());
        CommandRun.distill(teacher, folder.resolve("both"), "--quick", "--recipe", "paper").refused(2, "mutually exclusive");
        CommandRun.distill(teacher, quick, "--resume", "--quick").refused(2, "--quick cannot be given with --resume");
    }

    private static void assertSameState(Path expected, Path found) throws IOException {
        assertArrayEquals(
                Files.readAllBytes(expected.resolve("state.safetensors")),
                Files.readAllBytes(found.resolve("state.safetensors")));
    }

    /** Here the cpu device is switched off by a nonsensical cap; a missing compiler takes the same way. */
    @Test
    @Timeout(60)
    void namesTheCompilerToInstall() throws Exception {
        Process process = CommandRun.start(List.of("-Dio.bootdistill.cpu.tier=none"),
                "distill", "--teacher", teacher, "--out", folder.resolve("run"));
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(1, process.waitFor(), output);
        assertTrue(output.contains("sudo apt-get install g++ make"), output);
        assertTrue(output.contains("--device reference"), output);
        assertFalse(Files.exists(folder.resolve("run")), "nothing was started");
    }
}
