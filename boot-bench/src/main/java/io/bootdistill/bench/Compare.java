package io.bootdistill.bench;

import io.bootdistill.BundledTeacher;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Compares results with the committed ratios, {@code boot-bench/baseline.json}, and prints a table. The exit code is 1 if a
 * benchmark has become slower than {@link #THRESHOLD} allows. {@code --accept} makes the results the new ratios instead.
 */
public final class Compare {

    private static final Path FOLDER = BundledTeacher.folder().getParent().resolveSibling("boot-bench");

    static final Path RESULTS = FOLDER.resolve("results.json");
    static final Path BASELINE = FOLDER.resolve("baseline.json");

    /** On a quiet machine, the best of many iterations varies by some per cent; by more where the clock does. */
    static final double THRESHOLD = 1.25;

    private Compare() {}

    /** {@code [--accept] [results]}. */
    public static void main(String... arguments) throws IOException {
        boolean accept = arguments.length > 0 && arguments[0].equals("--accept");
        int file = accept ? 1 : 0;
        Results results = Results.read(arguments.length > file ? Path.of(arguments[file]) : RESULTS);
        Baseline baseline = Baseline.read(BASELINE);
        if (accept) {
            baseline.with(results).write(BASELINE);
            return;
        }
        Comparison comparison = new Comparison(results, baseline, THRESHOLD);
        System.out.println(comparison.text());
        if (!comparison.regressions().isEmpty()) {
            System.exit(1);
        }
    }
}
