package io.bootdistill.examples.ablation;

import io.bootdistill.BootDistiller;
import io.bootdistill.DistillationListener;
import io.bootdistill.Progress;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.TrainingDivergedException;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.examples.report.ConfigValues;
import io.bootdistill.examples.report.RunMetrics;
import io.bootdistill.internal.file.AtomicFiles;
import io.bootdistill.internal.file.RegularFiles;
import io.bootdistill.metric.CollapseAlarm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;

/** One run of an ablation: a recipe, a budget. It is begun, or goes on from its checkpoint, and is measured at the end. */
final class AblationRun implements DistillationListener {

    /** What {@link #checkpoint} measures on the way, for curves against time. */
    static final String POINTS = "points.csv";

    /** The samples that a run compares its student with, where it does. */
    static final String REFERENCE = "reference.safetensors";

    /** Points of a curve. */
    private static final int MEASURED = 6;

    private final Bench bench;
    private final String recipe;
    private final String name;
    private final String changes;
    private final Budget budget;
    private final Path folder;
    private final DistillationConfig.Builder builder;
    private DistillationConfig config;
    private long step;
    private long point;
    private long bytes;

    /** @param seed of the run; where it is not the first of the ablation, it is a part of the run's name */
    AblationRun(Bench bench, Recipes recipes, String recipe, Budget budget, long seed) {
        this.bench = bench;
        this.recipe = recipe;
        name = name(recipe, seed, bench.setting());
        this.budget = budget;
        changes = recipes.describe(recipe);
        folder = bench.out().resolve(budget.folder()).resolve(name);
        builder = recipes.builder(recipe, bench.subject().defaults())
                .seed(seed)
                .heldOut(bench.gauge().heldOut())
                .workers(bench.setting().workers())
                .folder(folder);
    }

    /** The name of a recipe's run from a seed. */
    static String name(String recipe, long seed, Setting setting) {
        return seed == setting.seed() ? recipe : recipe + ".seed-" + seed;
    }

    /**
     * Runs it, unless it is done.
     *
     * @throws CancellationException if it was stopped
     * @throws IllegalArgumentException if the folder holds a run with other values
     */
    void run() throws IOException {
        boolean begun = Files.exists(folder.resolve("state.safetensors"));
        AblationResult known = AblationResult.read(folder);
        if (begun) {
            requireSame(DistillationConfig.read(folder.resolve("config.json")));
        }
        if (known != null) {
            say("done before");
            return;
        }
        try (Teacher teacher = bench.subject().openTeacher()) {
            BootDistiller distiller = bench.subject().distiller(teacher).listener(this);
            bytes = distiller.bytes(builder.build());
            try (Student student = begun
                    ? distiller.resume(folder, bench.setting().workers())
                    : distiller.train(newConfig())) {
                if (step < config.steps()) {
                    throw new CancellationException("stopped after step " + step);
                }
                measure(student);
            }
        } catch (TrainingDivergedException e) {
            result(Map.of(), "diverged");
        }
    }

    private DistillationConfig newConfig() throws IOException {
        removeRemains();
        takeReference();
        DistillationConfig defaults = builder.build();
        double pace = budget.isTime() ? bench.paces().of(recipe) / defaults.work().batch() : 0;
        long images = budget.steps(pace, bench.setting().share()) * defaults.work().batch();
        return builder.images(images)
                .checkpointImages(Math.min(defaults.output().checkpointImages(), (images + MEASURED - 1) / MEASURED))
                .build();
    }

    /** A run that was stopped before its first checkpoint begins anew. */
    private void removeRemains() throws IOException {
        Files.createDirectories(folder);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "{config.json,prompts.json,metrics.csv,*.tmp-*}")) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    /** Where another run has made the reference samples, they are taken over; the library checks whether they fit. */
    private void takeReference() throws IOException {
        Path file = folder.resolve(REFERENCE);
        if (Files.exists(file)) {
            return;
        }
        Path found = Ablation.runs(bench.out()).stream()
                .map(run -> run.resolve(REFERENCE))
                .filter(Files::exists)
                .findFirst()
                .orElse(null);
        if (found != null) {
            AtomicFiles.writeFile(file, temporary -> Files.copy(found, temporary));
        }
    }

    /** But for what the budget decides. */
    private void requireSame(DistillationConfig found) {
        Map<String, String> there = ConfigValues.of(found);
        Map<String, String> here = ConfigValues.of(builder
                .work(builder.build().work().decidedAs(found.work()))
                .length(found.length()).checkpointImages(found.output().checkpointImages()).build());
        there.keySet().stream().filter(key -> !there.get(key).equals(here.get(key))).findFirst().ifPresent(key -> {
            throw new IllegalArgumentException(folder + " holds a run whose " + key + " is " + there.get(key) + ", not "
                    + here.getOrDefault(key, "another") + ": choose another --out, or delete it");
        });
    }

    // ---- measuring

    private void measure(Student student) throws IOException {
        Measured measured = bench.gauge().student(student, config, bench.untilStopped());
        Map<String, Double> values = measured.values();
        measured.writeStrip(folder);
        if (lastPoint() < config.steps()) {
            addPoint(config.steps(), values);
        }
        double diversity = values.get(bench.gauge().diversity().key());
        result(values, CollapseAlarm.ofDiversity(diversity).map(reason -> "collapsed").orElse(""));
    }

    private void result(Map<String, Double> values, String note) throws IOException {
        double[] minutes = RunMetrics.read(folder.resolve(RunMetrics.FILE)).minutes();
        double last = minutes.length == 0 ? 0 : minutes[minutes.length - 1] * bench.setting().share();
        new AblationResult(name, changes, budget, config.steps(), config.length().images(), last, bytes, values,
                note).write(folder);
        say(note.isEmpty() ? "done" : note);
    }

    private void addPoint(long step, Map<String, Double> values) throws IOException {
        List<Measure> measures = bench.gauge().onTheWay();
        if (measures.isEmpty()) {
            return;
        }
        Path file = folder.resolve(POINTS);
        StringBuilder text = new StringBuilder(Files.exists(file) ? RegularFiles.text(file)
                : "step,images," + measures.stream().map(Measure::key).collect(Collectors.joining(",")) + "\n");
        text.append(step).append(',').append(step * config.work().batch());
        measures.forEach(measure -> text.append(String.format(Locale.ROOT, ",%.6f", values.get(measure.key()))));
        AtomicFiles.writeFile(file, temporary -> Files.writeString(temporary, text.append('\n')));
    }

    /** The step of the last point that was measured; 0 for none. */
    private long lastPoint() {
        RunMetrics points = RunMetrics.read(folder.resolve(POINTS));
        return points.size() == 0 ? 0 : (long) points.last("step");
    }

    private void say(String text) {
        bench.log().accept(budget + ", " + name + ": " + text);
    }

    // ---- following the run

    @Override
    public void started(DistillationConfig config, long firstStep) {
        this.config = config;
        step = firstStep;
        point = points(lastPoint());
        say("steps " + firstStep + " to " + config.steps());
    }

    private long points(long step) {
        return step * MEASURED / config.steps();
    }

    @Override
    public void progress(Progress progress) {
        step = progress.step();
    }

    @Override
    public void quality(Quality quality) {
        say(String.format(Locale.ROOT, "step %d of %d, paired RMSE %.4f, diversity %.2f",
                quality.step(), config.steps(), quality.pairedRmse(), quality.diversity()));
    }

    /** The last checkpoint is left to {@link #measure}. */
    @Override
    public void checkpoint(long step, Student student) {
        boolean isDue = points(step) > point && step < config.steps() && !bench.gauge().onTheWay().isEmpty();
        if (!isDue || bench.stop().getAsBoolean()) {
            return;
        }
        point = points(step);
        try {
            addPoint(step, bench.gauge().onTheWay(student, config, bench.untilStopped()));
        } catch (CancellationException e) {
            say(e.getMessage()); // the run asks next, and stops, too
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean shouldStop() {
        return bench.stop().getAsBoolean();
    }
}
