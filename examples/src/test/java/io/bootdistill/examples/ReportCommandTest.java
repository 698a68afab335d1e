package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BundledTeacher;
import io.bootdistill.TinyTeacher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportCommandTest {

    @TempDir
    private Path folder;

    @Test
    void reportIsOneFileThatNeedsNothingElse() throws IOException {
        Path teacher = folder.resolve("teacher");
        Path run = folder.resolve("run");
        TinyTeacher.write(teacher, "v_prediction");
        CommandRun distilled = CommandRun.distill(teacher, run, "--steps", 2, "--batch", 4).succeeded();
        assertTrue(distilled.out().contains("report       " + run.resolve("report.html") + " (took "), distilled.out());
        Files.delete(run.resolve("report.html"));
        CommandRun.boot("report", run, "--teacher", teacher).succeeded();
        String html = Files.readString(run.resolve("report.html"));
        String[] parts = {
            "teacher 50 steps", "teacher 1 step", "student 1 step", "class 2", "<svg", "paired RMSE",
            "Paired RMSE", "restartShare"
        };
        for (String part : parts) {
            assertTrue(html.contains(part), part);
        }
        assertFalse(html.contains("Trajectory error"), "this student has learnt the end alone");
        assertEquals(3 * 5, html.split("src=\"data:image/png;base64,", -1).length - 1, "a picture for each class and model");
        assertFalse(html.contains("http"), "it loads nothing");
        assertFalse(html.contains("NaN") || html.contains("Infinity"), html.replaceAll("base64,[^\"]+", ""));
    }

    @Test
    void distillWritesNoneWhereItIsNotWanted() throws IOException {
        Path teacher = folder.resolve("teacher");
        Path run = folder.resolve("run");
        TinyTeacher.write(teacher, "v_prediction");
        CommandRun.distill(teacher, run, "--steps", 1, "--batch", 4, "--no-report").succeeded();
        assertFalse(Files.exists(run.resolve("report.html")));
    }

    /** Bootstrapped, guided away from a label over a range of scales; the limited path of an ε-teacher has no error to show. */
    @Test
    void reportsOfOtherRuns() throws IOException {
        for (String prediction : new String[] {"v_prediction", "epsilon"}) {
            Path teacher = folder.resolve(prediction);
            Path run = folder.resolve(prediction + "-run");
            TinyTeacher.write(teacher, prediction);
            CommandRun.distill(teacher, run, "--recipe", "paper", "--steps", 2, "--batch", 4, "--guidance", "1:3", "--negative", 1)
                    .succeeded();
            String html = Files.readString(run.resolve("report.html"));
            assertTrue(html.contains("<td>teacher 10 steps</td><td>22</td>"), "two calls for each");
            assertEquals(prediction.equals("v_prediction"), html.contains("Trajectory error"));
        }
    }

    @Test
    void onlyRunsHaveAReport() {
        CommandRun.boot("report", BundledTeacher.folder()).refused(1, "is no run");
    }

    @Test
    void damagedMetricsAreRefused() throws IOException {
        Path teacher = folder.resolve("teacher");
        Path run = folder.resolve("run");
        TinyTeacher.write(teacher, "v_prediction");
        CommandRun.distill(teacher, run, "--steps", 1, "--batch", 4).succeeded();
        Files.writeString(run.resolve("metrics.csv"), "step,images\n1,4\n2\n");
        CommandRun.boot("report", run, "--teacher", teacher).refused(1, "metrics.csv", "line 3 has 1 cells, must have 2");
        Files.writeString(run.resolve("metrics.csv"), "step,images\n1,x\n");
        CommandRun.boot("report", run, "--teacher", teacher).refused(1, "metrics.csv", "line 2", "1,x");
    }
}
