package io.bootdistill.examples.ablation;

import io.bootdistill.device.Device;
import io.bootdistill.examples.ruler.Ruler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Runs recipes side by side, and goes on with what is in its folder already: a run that is done is not repeated, one that was
 * stopped goes on from its checkpoint.
 *
 * <p>In reading order: {@link Recipes} and {@link Budget} say what is run; {@link AblationRun} runs one, {@link TeacherRows}
 * measures the teacher, both on a {@link Bench}; {@link AblationResult} is what is left of them; {@link AblationTable} and
 * {@link AblationCharts} show it.
 */
public final class Ablation {

    private final Bench bench;
    private volatile boolean failed;

    /**
     * Opens the folder of a new ablation, or of one that goes on.
     *
     * @param labels that held-out noises take in turn
     * @param ruler null where there are no images to compare with
     * @param stop whether to stop soon
     * @param log where progress is told, by several threads
     * @throws IllegalArgumentException if the ablation in the folder has another setting
     */
    public Ablation(
            Path out, Path teacher, Device device, Setting setting, int[] labels, Ruler ruler, BooleanSupplier stop,
            Consumer<String> log) throws IOException {
        Files.createDirectories(out);
        setting.settle(out);
        bench = new Bench(out, teacher, device, setting, labels, ruler, () -> failed || stop.getAsBoolean(), log);
    }

    /**
     * Runs all recipes with all budgets, shortest first, and writes {@code ablation.md} and {@code ablation.csv} after each.
     *
     * @param jobs runs side by side
     * @throws CancellationException if it was stopped; it can go on
     */
    public void run(Recipes recipes, List<Budget> budgets, int jobs) throws IOException {
        TeacherRows.measure(bench);
        ExecutorService threads = Executors.newFixedThreadPool(jobs);
        try {
            List<Future<?>> runs = new ArrayList<>();
            for (Budget budget : budgets.stream().sorted().toList()) {
                for (String recipe : recipes.changes().keySet()) {
                    runs.add(threads.submit(() -> run(new AblationRun(bench, recipes, recipe, budget))));
                }
            }
            threads.shutdown();
            await(runs);
        } finally {
            threads.shutdown();
        }
    }

    private Void run(AblationRun run) throws IOException {
        if (bench.stop().getAsBoolean()) {
            throw new CancellationException("stopped");
        }
        try {
            run.run();
            writeTable();
            return null;
        } catch (IOException | RuntimeException | Error e) {
            failed = true;
            throw e;
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
        new AblationTable(bench.setting(), results()).write(bench.out());
    }

    /** Writes the plots, and the table with them. */
    public void writeCharts() throws IOException {
        new AblationCharts(bench.out(), bench.setting(), results()).write();
        writeTable();
    }

    private List<AblationResult> results() throws IOException {
        List<AblationResult> results = new ArrayList<>();
        for (Path run : runs(bench.out())) {
            AblationResult result = AblationResult.read(run);
            if (result != null) {
                results.add(result);
            }
        }
        return results;
    }

    /** The folders of runs, by name. */
    static List<Path> runs(Path out) {
        try (Stream<Path> folders = Files.walk(out, 2)) {
            return folders.filter(folder -> folder.getNameCount() == out.getNameCount() + 2 && Files.isDirectory(folder))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
