package io.bootdistill.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** A run held against the committed ratios. */
final class Comparison {

    /** A benchmark; {@code committed} is empty where it is new. */
    record Row(Measurement measurement, double ratio, OptionalDouble committed, Optional<Double> share) {

        /** How many times as long as committed. */
        double change() {
            return committed.isPresent() ? ratio / committed.getAsDouble() : 1;
        }
    }

    private final Results results;
    private final double threshold;
    private final boolean committed;
    private final List<Row> rows;

    /** @param threshold the change that is a regression, above 1 */
    Comparison(Results results, Baseline baseline, double threshold) {
        if (!(threshold > 1)) {
            throw new IllegalArgumentException("threshold is " + threshold + ", must be above 1");
        }
        this.results = results;
        this.threshold = threshold;
        Map<String, Double> ratios = baseline.ratios(results.device());
        committed = !ratios.isEmpty();
        rows = results.benchmarks().stream().map(m -> new Row(
                m, results.ratio(m),
                ratios.containsKey(m.name()) ? OptionalDouble.of(ratios.get(m.name())) : OptionalDouble.empty(),
                results.share(m))).toList();
    }

    List<Row> rows() {
        return rows;
    }

    /** Benchmarks that take longer than the threshold allows. */
    List<Row> regressions() {
        return rows.stream().filter(row -> row.change() > threshold).toList();
    }

    /** A table, and what follows from it. */
    String text() {
        StringBuilder text = new StringBuilder();
        text.append(results.processor()).append(", ").append(results.processors()).append(" processors, Java ")
                .append(results.java()).append(", ").append(results.device()).append('\n');
        int width = rows.stream().mapToInt(row -> row.measurement.name().length()).max().orElse(0);
        text.append(line(width, "", "ms", "rate", "", "of peak", "B/call", "ratio", "committed", "change"));
        for (Row row : rows) {
            Measurement m = row.measurement;
            text.append(line(
                    width, m.name(), number("%.4g", m.median()),
                    m.flops() > 0 ? number("%.1f", m.gflops()) : m.bytes() > 0 ? number("%.1f", m.gbytes()) : "",
                    m.flops() > 0 ? "GFLOP/s" : m.bytes() > 0 ? "GB/s" : "",
                    row.share.map(share -> number("%.0f%%", 100 * share)).orElse(""),
                    Double.isNaN(m.allocated()) ? "" : number("%.0f", m.allocated()),
                    number("%.4g", row.ratio),
                    row.committed.isPresent() ? number("%.4g", row.committed.getAsDouble()) : "new",
                    row.committed.isPresent() ? number("%.2f", row.change()) : ""));
        }
        if (!rows.isEmpty() && !committed) {
            text.append("no ratios are committed for ").append(results.device()).append('\n');
        }
        for (Row row : regressions()) {
            text.append(String.format(Locale.ROOT, "REGRESSION: %s takes %.2f times as long as committed, allowed %.2f%n",
                    row.measurement.name(), row.change(), threshold));
        }
        return text.toString();
    }

    private static String line(int width, String name, String... cells) {
        return String.format("%-" + Math.max(1, width) + "s %10s %8s %-7s %7s %10s %10s %10s %7s", name, cells[0], cells[1],
                cells[2], cells[3], cells[4], cells[5], cells[6], cells[7]).stripTrailing() + "\n";
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
