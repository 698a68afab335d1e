package io.bootdistill.examples.ablation;

import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.GuidanceConfig;
import io.bootdistill.examples.ruler.HeldOutSamples.Progress;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Measures the models of an ablation, all on the same noises: the values of {@link #measures} by their keys, NaN where one is not
 * known. Runs that stand side by side measure their students at the same time; teachers are measured before, one after another.
 */
public sealed interface Gauge extends AutoCloseable permits ImageGauge, PromptGauge {

    /** All, in the order of a table; recipes are ranked by the first of those that are ranked and known. */
    List<Measure> measures();

    /** Those of a student on the way. */
    List<Measure> onTheWay();

    /** That which tells whether a student has collapsed. */
    Measure diversity();

    /** What the measures are, in sentences. */
    String words();

    /** The noises that runs compare a student on themselves, with each checkpoint; 0 for none. */
    int heldOut();

    /** How the teacher is guided that a student of such guidance is compared with: at one scale. */
    GuidanceConfig guided(GuidanceConfig config);

    /** Measures a teacher that is guided at one scale. */
    Measured teacher(Teacher teacher, GuidanceConfig guided, int steps, Progress progress) throws IOException;

    /** Measures the student of a run that is done; the teacher that it is compared with has been measured. */
    Measured student(Student student, DistillationConfig config, Progress progress) throws IOException;

    /** Measures a student on the way; likewise. */
    Map<String, Double> onTheWay(Student student, DistillationConfig config, Progress progress) throws IOException;

    @Override
    void close();
}
