package io.bootdistill.examples.ablation;

import io.bootdistill.BootDistiller;
import io.bootdistill.Teacher;
import io.bootdistill.config.DistillationConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Runs recipes side by side, and goes on with what is in its folder already: a run that is done is not repeated, one that was
 * stopped goes on from its checkpoint.
 *
 * <p>In reading order: {@link Recipes} and {@link Budget} say what is run; {@link AblationRun} runs one, {@link TeacherRows}
 * measures the teacher, both on a {@link Bench}, by its {@link Gauge}; {@link AblationResult} is what is left of them; {@link
 * AblationTable} and {@link AblationCharts} show it.
 */
public final class Ablation {

    private final Bench bench;

    /** Rows of the table of what is not run. */
    private final List<AblationResult> leftOut = new ArrayList<>();

    /** Whether no run is to go on: one has failed, or who waits for them has been interrupted. */
    private volatile boolean ended;

    /**
     * Opens the folder of a new ablation, or of one that goes on.
     *
     * @param gauge closed by who made it
     * @param stop whether to stop soon
     * @param log where progress is told, by several threads
     * @throws IllegalArgumentException if the ablation in the folder has another setting
     */
    public Ablation(
            Path out, Subject subject, Setting setting, Gauge gauge, BooleanSupplier stop, Consumer<String> log)
            throws IOException {
        Files.createDirectories(out);
        setting.settle(out);
        bench = new Bench(out, subject, setting, gauge, new Paces(out), () -> ended || stop.getAsBoolean(), log);
    }

    /**
     * Runs all recipes with all budgets, shortest first, and writes {@code ablation.md} and {@code ablation.csv} after each.
     *
     * @param seed of these runs
     * @param jobs runs side by side
     * @throws CancellationException if it was stopped, or the thread interrupted; it can go on, and nothing runs any more
     * @throws IllegalArgumentException naming the first recipe that does not fit the teacher, before anything runs
     */
    public void run(Recipes recipes, List<Budget> budgets, long seed, int jobs) throws IOException {
        misfits(recipes).forEach((recipe, why) -> {
            throw new IllegalArgumentException(recipes.source() + ": " + recipe + ": " + why);
        });
        List<DistillationConfig> configs = recipes.changes().keySet().stream()
                .map(recipe -> recipes.builder(recipe, bench.subject().defaults()).build())
                .toList();
        TeacherRows.measure(bench, configs);
        if (budgets.stream().anyMatch(Budget::isTime)) {
            bench.paces().measure(bench, recipes);
        }
        ExecutorService threads = Executors.newFixedThreadPool(jobs);
        try {
            List<Future<?>> runs = new ArrayList<>();
            for (Budget budget : budgets.stream().sorted().toList()) {
                for (String recipe : recipes.changes().keySet()) {
                    runs.add(threads.submit(() -> run(recipes, recipe, budget, seed)));
                }
            }
            await(runs);
        } catch (IOException | RuntimeException | Error e) {
            ended = true;
            throw e;
        } finally {
            end(threads);
        }
    }

    /** Why recipes do not fit the teacher, by their names. */
    Map<String, String> misfits(Recipes recipes) {
        Map<String, String> misfits = new LinkedHashMap<>();
        try (Teacher teacher = bench.subject().openTeacher()) {
            BootDistiller distiller = bench.subject().distiller(teacher);
            for (String recipe : recipes.changes().keySet()) {
                try {
                    distiller.bytes(recipes.builder(recipe, bench.subject().defaults()).build());
                } catch (IllegalArgumentException e) {
                    misfits.put(recipe, e.getMessage());
                }
            }
        }
        return misfits;
    }

    /** Says in the table of a budget why a recipe has no run there. */
    void leaveOut(Recipes recipes, String recipe, Budget budget, String why) {
        leftOut.add(new AblationResult(recipe, recipes.describe(recipe), budget, 0, 0, 0, 0, Map.of(), why.replaceAll("\\R", " ")));
        bench.log().accept(budget + ", " + recipe + ": left out: " + why);
    }

    private Void run(Recipes recipes, String recipe, Budget budget, long seed) throws IOException {
        if (bench.stop().getAsBoolean()) {
            throw new CancellationException("stopped");
        }
        try {
            new AblationRun(bench, recipes, recipe, budget, seed).run();
            writeTable();
            return null;
        } catch (IOException | RuntimeException | Error e) {
            ended = true;
            throw e;
        }
    }

    /** Lets what still runs stop after its step, and waits for it, interrupted or not. */
    private void end(ExecutorService threads) {
        threads.shutdown();
        boolean interrupted = Thread.interrupted();
        while (!threads.isTerminated()) {
            try {
                threads.awaitTermination(1, TimeUnit.HOURS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for all; the first failure stops the others. */
    private static void await(List<Future<?>> runs) throws IOException {
        Throwable failure = null;
        for (Future<?> run : runs) {
            try {
                run.get();
            } catch (ExecutionException e) {
                if (failure == null || failure instanceof CancellationException) {
                    failure = e.getCause();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancellationException("interrupted");
            }
        }
        if (failure instanceof IOException e) {
            throw e;
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
    }

    private synchronized void writeTable() throws IOException {
        new AblationTable(bench.setting(), bench.gauge().measures(), bench.gauge().words(), results()).write(bench.out());
    }

    /** Writes the plots, and the table with them. */
    public void writeCharts() throws IOException {
        new AblationCharts(bench.out(), bench.setting(), bench.gauge().measures(), results()).write();
        writeTable();
    }

    Bench bench() {
        return bench;
    }

    /** What a run came to that is done. */
    AblationResult result(String recipe, long seed, Budget budget) throws IOException {
        return AblationResult.read(bench.out().resolve(budget.folder()).resolve(AblationRun.name(recipe, seed, bench.setting())));
    }

    private List<AblationResult> results() throws IOException {
        List<AblationResult> results = new ArrayList<>(leftOut);
        for (Path run : runs(bench.out())) {
            AblationResult result = AblationResult.read(run);
            if (result != null) {
                results.add(result);
            }
        }
        return results;
    }

    /** The folders of runs, by name. */
    static List<Path> runs(Path out) throws IOException {
        List<Path> runs = new ArrayList<>();
        for (Path budget : folders(out)) {
            runs.addAll(folders(budget));
        }
        return runs;
    }

    /** The folders in a folder, by name. Files may come and go meanwhile. */
    private static List<Path> folders(Path parent) throws IOException {
        try (Stream<Path> content = Files.list(parent)) {
            return content.filter(Files::isDirectory).sorted().toList();
        }
    }
}
