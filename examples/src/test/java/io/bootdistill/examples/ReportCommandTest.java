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
        CommandRun.distill(teacher, run, "--steps", 2, "--batch", 4).succeeded();
        CommandRun.boot("report", run, "--teacher", teacher).succeeded();
        String html = Files.readString(run.resolve("report.html"));
        String[] parts = {
            "teacher 50 steps", "teacher 1 step", "student 1 step", "class 2", "<svg", "paired RMSE", "deltaStart"
        };
        for (String part : parts) {
            assertTrue(html.contains(part), part);
        }
        assertEquals(3 * 5, html.split("src=\"data:image/png;base64,", -1).length - 1, "a picture for each class and model");
        assertFalse(html.contains("http"), "it loads nothing");
        assertFalse(html.contains("NaN") || html.contains("Infinity"), html.replaceAll("base64,[^\"]+", ""));
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
