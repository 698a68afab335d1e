package io.bootdistill.examples.ablation;

import io.bootdistill.Teacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.GuidanceConfig;
import io.bootdistill.diffusion.GuidanceInterval;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The teacher's own figures, to compare with: measured once, and kept in the ablation's folder. It is guided as students are
 * distilled for, a row each; nothing is said where that is the default.
 */
final class TeacherRows {

    /** Steps of what students are compared with. */
    static final int REFERENCE = 50;

    /** The folder of all rows. */
    static final String FOLDER = "teacher";

    private static final List<Integer> STEPS = List.of(REFERENCE, 10, 4, 1);

    private TeacherRows() {}

    /** Measures what is not there yet. */
    static void measure(Bench bench, List<DistillationConfig> recipes) throws IOException {
        GuidanceConfig usual = bench.gauge().guided(bench.subject().defaults().guidance());
        Set<GuidanceConfig> all = new LinkedHashSet<>(List.of(usual));
        recipes.forEach(recipe -> all.add(bench.gauge().guided(recipe.guidance())));
        for (GuidanceConfig guided : all) {
            for (int steps : STEPS) {
                measure(bench, guided, guided.equals(usual) ? "" : words(guided), steps);
            }
        }
    }

    private static void measure(Bench bench, GuidanceConfig guided, String words, int steps) throws IOException {
        Path folder = bench.out().resolve(FOLDER).resolve(name(steps, words));
        if (AblationResult.read(folder) != null) {
            return;
        }
        bench.log().accept("sampling the teacher in " + steps + (steps == 1 ? " step" : " steps")
                + (words.isEmpty() ? "" : ", " + words));
        try (Teacher teacher = bench.subject().openTeacher()) {
            Measured measured = bench.gauge().teacher(teacher, guided, steps, bench.untilStopped());
            measured.writeStrip(folder);
            new AblationResult("teacher", words, null, steps, 0, 0, 0, measured.values(), "").write(folder);
        }
    }

    /** A folder for so many steps that are guided so. */
    static String name(int steps, String words) {
        return steps + "-steps" + (words.isEmpty() ? "" : "-" + words.replaceAll("[^\\w.]+", "-"));
    }

    /** Guidance at one scale in words: {@code w = 3}. */
    static String words(GuidanceConfig guided) {
        return "w = " + number(guided.range().middle())
                + (guided.interval().equals(GuidanceInterval.ALWAYS) ? ""
                        : " from t = " + number(guided.interval().least()) + " to " + number(guided.interval().most()))
                + (guided.rescale() == 0 ? "" : " rescaled by " + number(guided.rescale()));
    }

    static String number(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }
}
