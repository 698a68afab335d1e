package io.bootdistill.examples.ablation;

import io.bootdistill.Sampler;
import io.bootdistill.Teacher;
import io.bootdistill.examples.ruler.PairedFigures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** The teacher's own figures, to compare with: measured once, and kept in the ablation's folder. */
final class TeacherRows {

    /** The reference first. */
    private static final int[] STEPS = {50, 10, 4, 1};

    private TeacherRows() {}

    /** Measures what is not there yet. */
    static void measure(Bench bench) throws IOException {
        float[] reference = null;
        for (int steps : STEPS) {
            Path folder = folder(bench.out(), steps);
            if (AblationResult.read(folder) != null) {
                continue;
            }
            bench.log().accept("sampling the teacher in " + steps + (steps == 1 ? " step" : " steps"));
            try (Teacher teacher = bench.openTeacher()) {
                float[] samples = bench.sample(Sampler.reference(teacher, steps).withSchedulerLimits()::sample);
                if (reference == null) {
                    reference = steps == STEPS[0] ? first(samples, bench, teacher)
                            : bench.sample(Sampler.reference(teacher, STEPS[0]).withSchedulerLimits()::sample,
                                    bench.setting().heldOut());
                }
                PairedFigures paired =
                        PairedFigures.of(samples, reference, bench.setting().heldOut(), bench.labels().length);
                new AblationResult("teacher", "", null, steps, 0, 0, paired, bench.figures(samples), "").write(folder);
            }
        }
    }

    private static float[] first(float[] samples, Bench bench, Teacher teacher) {
        return Arrays.copyOf(samples, bench.setting().heldOut() * teacher.shape().size());
    }

    private static Path folder(Path out, int steps) {
        return out.resolve("teacher").resolve(steps + "-steps");
    }
}
