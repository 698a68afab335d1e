package io.bootdistill.examples.ablation;

import io.bootdistill.internal.file.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The results as {@code ablation.md}, the best of each budget first, and as {@code ablation.csv}. */
final class AblationTable {

    private static final String TEXT = "ablation.md";
    private static final String DATA = "ablation.csv";

    private static final double MIB = 1 << 20;

    private final Setting setting;
    private final String words;
    private final List<Measure> measures;
    private final List<AblationResult> teacher;
    private final Map<Budget, List<AblationResult>> runs;

    /** @param words what the measures are */
    AblationTable(Setting setting, List<Measure> measures, String words, List<AblationResult> results) {
        this.setting = setting;
        this.words = words;
        this.measures = measures;
        teacher = results.stream()
                .filter(result -> result.budget() == null)
                .sorted(Comparator.comparing(AblationResult::changes).thenComparing(AblationResult::steps))
                .toList();
        runs = results.stream()
                .filter(result -> result.budget() != null)
                .sorted(AblationResult.best(measures))
                .collect(Collectors.groupingBy(AblationResult::budget, TreeMap::new, Collectors.toList()));
    }

    void write(Path folder) throws IOException {
        AtomicFiles.writeFile(folder.resolve(TEXT), temporary -> Files.writeString(temporary, markdown(folder)));
        AtomicFiles.writeFile(folder.resolve(DATA), temporary -> Files.writeString(temporary, csv()));
    }

    // ---- for readers

    private String markdown(Path folder) {
        List<String> titles = measures.stream().map(Measure::title).toList();
        StringBuilder text = new StringBuilder("# Ablation\n\n")
                .append(String.format(Locale.ROOT, "Seed %d. %s Device: %s; %s of %d processors a run. Minutes are of training on"
                        + " the whole machine, without reference samples and evaluations.%n%n", setting.seed(), words,
                        setting.device(), setting.workers(), setting.processors()))
                .append("## The teacher\n\n")
                .append(line("steps", titles))
                .append(ruler(1 + titles.size()));
        teacher.forEach(result -> text.append(line(
                result.steps() + (result.changes().isEmpty() ? "" : ", " + result.changes()), measured(result))));
        addPlots(text, folder, "");
        runs.forEach((budget, results) -> {
            AblationResult defaults = results.stream()
                    .filter(result -> result.name().equals(Recipes.DEFAULTS))
                    .findFirst()
                    .orElse(null);
            List<String> header = new ArrayList<>(List.of("values", "steps", "minutes", "ms a step", "MiB"));
            if (defaults != null) {
                measures.stream().filter(Measure::isRanked).forEach(measure -> header.add(measure.title() + " : default"));
            }
            header.addAll(titles);
            header.add("note");
            text.append("\n## ").append(budget).append("\n\n")
                    .append(line("recipe", header)).append(ruler(header.size() + 1));
            results.forEach(result -> text.append(row(result, defaults)));
            addPlots(text, folder, "-" + budget.folder());
            addStrips(text, folder, budget, results);
        });
        return text.toString();
    }

    /** Those that have been drawn. */
    private void addPlots(StringBuilder text, Path folder, String where) {
        measures.stream()
                .filter(Measure::isRanked)
                .map(measure -> measure.plot(where))
                .filter(plot -> Files.exists(folder.resolve(plot)))
                .forEach(plot -> text.append("\n![](").append(plot).append(")\n"));
    }

    /** The pictures that the best of the rows of the teacher draws from the same noises, and each student below. */
    private void addStrips(StringBuilder text, Path folder, Budget budget, List<AblationResult> results) {
        text.append("\nFrom the same noises:\n\n").append(line("model", List.of("pictures"))).append(ruler(2));
        addStrip(text, folder, TeacherRows.REFERENCE + " steps of the teacher",
                TeacherRows.FOLDER + "/" + TeacherRows.name(TeacherRows.REFERENCE, ""));
        results.forEach(result -> addStrip(text, folder, result.name(), budget.folder() + "/" + result.name()));
    }

    private static void addStrip(StringBuilder text, Path folder, String name, String place) {
        String strip = place + "/" + Measured.STRIP;
        if (Files.exists(folder.resolve(strip))) {
            text.append(line(name, List.of("![](" + strip + ")")));
        }
    }

    /** @param defaults what it is compared with; null for nothing */
    private String row(AblationResult result, AblationResult defaults) {
        List<String> cells = new ArrayList<>(List.of(
                result.changes(), String.valueOf(result.steps()), Measure.number("%.1f", result.minutes()),
                Measure.number("%.0f", 60_000 * result.minutes() / result.steps()), Measure.number("%.0f", result.bytes() / MIB)));
        for (Measure measure : measures) {
            if (measure.isRanked() && defaults != null) {
                cells.add(Measure.number("%.2f", result.value(measure) / defaults.value(measure)));
            }
        }
        cells.addAll(measured(result));
        cells.add(result.note());
        return line(result.name(), cells);
    }

    private List<String> measured(AblationResult result) {
        return measures.stream().map(measure -> measure.text(result.value(measure))).toList();
    }

    private static String line(String first, List<String> cells) {
        return "| " + first + " | " + String.join(" | ", cells) + " |\n";
    }

    private static String ruler(int columns) {
        return "|---".repeat(columns) + "|\n";
    }

    // ---- for programs

    private String csv() {
        StringBuilder csv = new StringBuilder("budget,recipe,values,steps,images,minutes,bytes,")
                .append(measures.stream().map(Measure::key).collect(Collectors.joining(",")))
                .append(",note\n");
        teacher.forEach(result -> csv.append(csv(result)));
        runs.values().forEach(results -> results.forEach(result -> csv.append(csv(result))));
        return csv.toString();
    }

    private String csv(AblationResult r) {
        StringJoiner line = new StringJoiner(",", "", "\n");
        line.add(Objects.toString(r.budget(), "")).add(r.name()).add('"' + r.changes() + '"').add(String.valueOf(r.steps()))
                .add(String.valueOf(r.images())).add(cell(r.minutes())).add(String.valueOf(r.bytes()));
        measures.forEach(measure -> line.add(cell(r.value(measure))));
        return line.add(r.note().matches("\\w*") ? r.note() : '"' + r.note().replace('"', '\'') + '"').toString();
    }

    /** Empty where there is none. */
    private static String cell(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.6g", value);
    }
}
