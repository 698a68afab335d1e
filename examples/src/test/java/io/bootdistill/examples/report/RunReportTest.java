package io.bootdistill.examples.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Philox;
import io.bootdistill.examples.extractor.PromptFaithfulness;
import io.bootdistill.examples.report.RunReport.Sampled;
import io.bootdistill.examples.report.RunReport.TrajectoryCurve;
import io.bootdistill.network.ImageShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RunReportTest {

    private static final int CLASSES = 3;
    private static final int COUNT = 30;
    private static final ImageShape SHAPE = new ImageShape(1, 4, 4);

    @TempDir
    private Path folder;

    /** One class makes much the same images of different noises; the mean over the classes, in the metrics, shows nothing. */
    @ParameterizedTest
    @CsvSource({"1, false", "0.6, false", "0.4, true"})
    void alarmIsOfTheClassThatHasCollapsed(float diversity, boolean expected) throws IOException {
        float[] teacher = new float[COUNT * SHAPE.size()];
        float[] student = new float[teacher.length];
        for (int i = 0; i < teacher.length; i++) {
            teacher[i] = Philox.normal(4, 0, i) / 4;
            student[i] = teacher[i] * (i / SHAPE.size() % CLASSES == 1 ? diversity : 1);
        }
        Path metrics = folder.resolve(RunMetrics.FILE);
        Files.writeString(metrics,
                "step,images,images_per_second,paired_rmse,diversity\n1,64,100,0.1," + (2 + diversity) / 3 + "\n");
        RunReport report = new RunReport("run", RunMetrics.read(metrics), Map.of(), SHAPE, List.of("a", "b", "c"),
                List.of(new Sampled("teacher", 51, teacher, Double.NaN, 1, 1, null),
                        new Sampled("student", 1, student, 0.1, 1, 1, null)),
                null, null);
        assertEquals(expected, report.html().contains("The student has collapsed: the samples of a class"));
    }

    @Test
    void faithfulnessAndTrajectoryAreShownWhereTheyAreKnown() throws IOException {
        float[] pictures = new float[2 * SHAPE.size()];
        Path metrics = folder.resolve(RunMetrics.FILE);
        Files.writeString(metrics, "step,images,images_per_second,paired_rmse,diversity\n1,64,100,0.1,1\n");
        Sampled teacher = new Sampled(
                "teacher", 51, pictures, Double.NaN, 1, 1, new PromptFaithfulness(0.9, 0.8, Double.NaN, 0.7));
        Sampled student = new Sampled("student", 1, pictures, 0.1, 1, 1, new PromptFaithfulness(0.8, 0.6, Double.NaN, 0.5));
        String html = new RunReport("run", RunMetrics.read(metrics), Map.of(), SHAPE, List.of("a"), List.of(teacher, student),
                new TrajectoryCurve(new double[] {1, 0}, new double[] {0.25, 0.5}), null).html();
        assertTrue(html.contains("<td>teacher</td><td>90.0</td><td>80.0</td><td>–</td><td>70.0</td>"), html);
        assertTrue(html.contains("<td>student</td><td>80.0</td><td>60.0</td><td>–</td><td>50.0</td>"), html);
        assertTrue(html.contains("<b>50 %</b>") && html.contains("<b>0.3750</b>"), html);
    }
}
