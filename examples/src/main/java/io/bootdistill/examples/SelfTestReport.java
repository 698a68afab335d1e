package io.bootdistill.examples;

import io.bootdistill.selftest.SelfTest;
import io.bootdistill.selftest.SelfTest.Line;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A self-test for a person: a row for each operation, then what has failed. */
final class SelfTestReport {

    /** After an error a GPU may fail in everything that follows. */
    private static final int FAILURES_SHOWN = 20;

    private static final String ROW = "%-24s %6s %12s %12s %12s %12s  %s";

    private SelfTestReport() {}

    static String text(SelfTest test) {
        StringBuilder text = new StringBuilder();
        text.append(test.device()).append(" against ").append(test.oracle()).append(System.lineSeparator());
        text.append(cells("operation", "shapes", "worst error", "allowed", "fastest, µs", "slowest, µs", ""));
        Map<String, List<Line>> operations = test.lines().stream()
                .collect(Collectors.groupingBy(Line::operation, LinkedHashMap::new, Collectors.toList()));
        operations.forEach((operation, lines) -> text.append(row(operation, lines)));
        List<Line> failed = test.lines().stream().filter(line -> !line.passed()).toList();
        for (Line line : failed.subList(0, Math.min(failed.size(), FAILURES_SHOWN))) {
            text.append(String.format("FAILED %s %s: %s%n", line.operation(), line.shape(), line.failure()));
        }
        if (failed.size() > FAILURES_SHOWN) {
            text.append(String.format("FAILED … and %d more%n", failed.size() - FAILURES_SHOWN));
        }
        text.append(String.format("%d of %d passed%n", test.lines().size() - failed.size(), test.lines().size()));
        return text.toString();
    }

    private static String row(String operation, List<Line> lines) {
        Line worst = lines.stream()
                .filter(line -> !Double.isNaN(line.error()))
                .max(Comparator.comparingDouble(SelfTestReport::share))
                .orElse(lines.get(0));
        List<Line> passed = lines.stream().filter(Line::passed).toList();
        int failed = lines.size() - passed.size();
        return cells(operation, lines.size(), number("%.1e", worst.error()), number("%.1e", worst.allowed()),
                number("%.1f", 1e6 * passed.stream().mapToDouble(Line::seconds).min().orElse(Double.NaN)),
                number("%.1f", 1e6 * passed.stream().mapToDouble(Line::seconds).max().orElse(Double.NaN)),
                failed == 0 ? "passed" : failed + " FAILED");
    }

    /** The part of what is allowed. */
    private static double share(Line line) {
        return line.error() == 0 ? 0 : line.error() / line.allowed();
    }

    private static String number(String format, double value) {
        return Double.isNaN(value) ? "-" : value == 0 ? "0" : String.format(Locale.ROOT, format, value);
    }

    private static String cells(Object... cells) {
        return String.format(ROW, cells).stripTrailing() + System.lineSeparator();
    }
}
