package io.bootdistill.examples.ablation;

import io.bootdistill.BootDistiller;
import io.bootdistill.DistillationListener;
import io.bootdistill.Teacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.Length;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;

/**
 * What recipes get done in a minute, by the library's own timing; reference samples and evaluations do not count. It is measured
 * before the first run of a recipe, of all that are new in turn, and kept in {@code paces.json}: how long runs are depends on
 * nothing that happens during them, and an ablation that goes on another day goes on at the same paces.
 */
final class Paces {

    private static final String FILE = "paces.json";

    /** Times that each is measured; the median counts. */
    private static final int ROUNDS = 3;

    private static final long MINUTES = 10;

    /** The content of the file. */
    private record Measured(Map<String, Double> imagesPerMinute) {}

    private final Path file;
    private final Map<String, Double> known = new LinkedHashMap<>();

    Paces(Path out) throws IOException {
        file = out.resolve(FILE);
        Measured found = JsonFiles.read(file, Measured.class,
                measured -> measured.imagesPerMinute != null && !measured.imagesPerMinute.containsValue(null));
        if (found != null) {
            known.putAll(found.imagesPerMinute);
        }
    }

    /** The images of a recipe in a minute of the processors that its run has. */
    double of(String recipe) {
        return known.get(recipe);
    }

    /** Says that recipes keep the pace of another, from which they do not differ in what they calculate. */
    void same(List<String> recipes, String other) {
        recipes.forEach(recipe -> known.put(recipe, of(other)));
    }

    /**
     * Measures the recipes whose pace is not known.
     *
     * @throws CancellationException if it was stopped
     */
    void measure(Bench bench, Recipes recipes) throws IOException {
        List<String> unknown = recipes.changes().keySet().stream().filter(recipe -> !known.containsKey(recipe)).toList();
        double[][] found = new double[unknown.size()][ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < found.length; i++) {
                if (bench.stop().getAsBoolean()) {
                    throw new CancellationException("stopped");
                }
                found[i][round] = pace(bench, recipes.builder(unknown.get(i), bench.subject().defaults()));
            }
        }
        for (int i = 0; i < found.length; i++) {
            Arrays.sort(found[i]);
            known.put(unknown.get(i), found[i][ROUNDS / 2]);
            bench.log().accept(String.format("%s: %.0f images a minute", unknown.get(i), found[i][ROUNDS / 2]));
        }
        if (found.length > 0) {
            JsonFiles.write(file, new Measured(known));
        }
    }

    private static double pace(Bench bench, DistillationConfig.Builder recipe) throws IOException {
        Fitted fitted = new Fitted();
        try (Teacher teacher = bench.subject().openTeacher()) {
            BootDistiller distiller = bench.subject().distiller(teacher).listener(fitted);
            distiller.train(recipe.length(Length.time(Duration.ofMinutes(MINUTES))).heldOut(0)
                    .workers(bench.setting().workers()).build()).close();
        }
        return (double) fitted.images / MINUTES;
    }

    /** Learns how many images fit, and lets the run end. */
    private static final class Fitted implements DistillationListener {

        private long images;

        @Override
        public void started(DistillationConfig config, long firstStep) {
            images = config.length().images();
        }

        @Override
        public boolean shouldStop() {
            return true;
        }
    }
}
