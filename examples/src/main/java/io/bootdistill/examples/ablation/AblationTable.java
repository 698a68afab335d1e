package io.bootdistill.examples.ablation;

import io.bootdistill.examples.ruler.Figures;
import io.bootdistill.examples.ruler.PairedFigures;
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
    private static final String NONE = "–";

    private final Setting setting;
    private final List<AblationResult> teacher;
    private final Map<Budget, List<AblationResult>> runs;

    AblationTable(Setting setting, List<AblationResult> results) {
        this.setting = setting;
        teacher = results.stream()
                .filter(result -> result.budget() == null)
                .sorted(Comparator.comparing(AblationResult::steps))
                .toList();
        runs = results.stream()
                .filter(result -> result.budget() != null)
                .sorted(Comparator.comparing(AblationTable::quality))
                .collect(Collectors.groupingBy(AblationResult::budget, TreeMap::new, Collectors.toList()));
    }

    /** The Fréchet distance, or where there are no images the paired RMSE; last what has none. */
    private static double quality(AblationResult result) {
        return result.figures() != null ? result.figures().frechet()
                : result.paired() != null ? result.paired().rmse() : Double.MAX_VALUE;
    }

    void write(Path folder) throws IOException {
        AtomicFiles.writeFile(folder.resolve(TEXT), temporary -> Files.writeString(temporary, markdown(folder)));
        AtomicFiles.writeFile(folder.resolve(DATA), temporary -> Files.writeString(temporary, csv()));
    }

    // ---- for readers

    private String markdown(Path folder) {
        StringBuilder text = new StringBuilder("# Ablation\n\n")
                .append(String.format(Locale.ROOT, "Seed %d. Paired figures on %,d held-out noises, against the teacher's 50"
                        + " steps. Device: %s; %s of %d processors a run. Minutes are of training on the whole machine, without"
                        + " reference samples and evaluations.%n%n", setting.seed(), setting.heldOut(), setting.device(),
                        setting.workers(), setting.processors()))
                .append("## The teacher\n\n")
                .append(line("steps", measures()))
                .append(ruler(1 + measures().size()));
        teacher.forEach(result -> text.append(line(String.valueOf(result.steps()), measured(result))));
        addPlots(text, folder, AblationCharts.ENDS);
        runs.forEach((budget, results) -> {
            AblationResult defaults = results.stream()
                    .filter(result -> result.name().equals(Recipes.DEFAULTS))
                    .findFirst()
                    .orElse(null);
            List<String> header = new ArrayList<>(List.of("values", "steps", "minutes", "FD : default", "RMSE : default"));
            header.addAll(measures());
            header.add("note");
            text.append("\n## ").append(budget).append("\n\n")
                    .append(line("recipe", header)).append(ruler(header.size() + 1));
            results.forEach(result -> text.append(row(result, defaults)));
            addPlots(text, folder, AblationCharts.names(budget));
        });
        return text.toString();
    }

    /** Those that have been drawn. */
    private static void addPlots(StringBuilder text, Path folder, List<String> plots) {
        plots.stream()
                .filter(plot -> Files.exists(folder.resolve(plot)))
                .forEach(plot -> text.append("\n![](").append(plot).append(")\n"));
    }

    private static String row(AblationResult result, AblationResult defaults) {
        List<String> cells = new ArrayList<>(List.of(
                result.changes(), String.valueOf(result.steps()), number("%.1f", result.minutes()),
                ratio(frechet(result), frechet(defaults)), ratio(rmse(result), rmse(defaults))));
        cells.addAll(measured(result));
        cells.add(result.note());
        return line(result.name(), cells);
    }

    private static List<String> measures() {
        return List.of("Fréchet distance", "precision", "recall", "class accuracy, %", "paired RMSE", "diversity of the classes");
    }

    private static List<String> measured(AblationResult result) {
        Figures f = result.figures() == null ? new Figures(Double.NaN, Double.NaN, Double.NaN, Double.NaN) : result.figures();
        PairedFigures p = result.paired();
        return List.of(
                number("%.3f", f.frechet()), number("%.3f", f.precision()), number("%.3f", f.recall()),
                number("%.1f", 100 * f.accuracy()), number("%.4f", rmse(result)),
                p == null ? NONE : number("%.3f", p.leastDiversity()) + " … " + number("%.3f", p.mostDiversity()));
    }

    private static double frechet(AblationResult result) {
        return result == null || result.figures() == null ? Double.NaN : result.figures().frechet();
    }

    private static double rmse(AblationResult result) {
        return result == null || result.paired() == null ? Double.NaN : result.paired().rmse();
    }

    private static String ratio(double value, double of) {
        return number("%.2f", value / of);
    }

    private static String number(String format, double value) {
        return Double.isNaN(value) ? NONE : String.format(Locale.ROOT, format, value);
    }

    private static String line(String first, List<String> cells) {
        return "| " + first + " | " + String.join(" | ", cells) + " |\n";
    }

    private static String ruler(int columns) {
        return "|---".repeat(columns) + "|\n";
    }

    // ---- for programs

    private String csv() {
        StringBuilder csv = new StringBuilder("budget,recipe,values,steps,images,minutes,frechet,precision,recall,accuracy,"
                + "paired_rmse,psnr,least_diversity,most_diversity,note\n");
        teacher.forEach(result -> csv.append(csv(result)));
        runs.values().forEach(results -> results.forEach(result -> csv.append(csv(result))));
        return csv.toString();
    }

    private static String csv(AblationResult r) {
        StringJoiner line = new StringJoiner(",", "", "\n");
        line.add(Objects.toString(r.budget(), "")).add(r.name()).add('"' + r.changes() + '"').add(String.valueOf(r.steps()))
                .add(String.valueOf(r.images())).add(cell(r.minutes()));
        Figures f = r.figures();
        PairedFigures p = r.paired();
        double[] figures = f == null ? new double[] {Double.NaN, Double.NaN, Double.NaN, Double.NaN}
                : new double[] {f.frechet(), f.precision(), f.recall(), f.accuracy()};
        double[] paired = p == null ? new double[] {Double.NaN, Double.NaN, Double.NaN, Double.NaN}
                : new double[] {p.rmse(), p.psnr(), p.leastDiversity(), p.mostDiversity()};
        for (double[] values : new double[][] {figures, paired}) {
            for (double value : values) {
                line.add(cell(value));
            }
        }
        return line.add(r.note()).toString();
    }

    /** Empty where there is none. */
    private static String cell(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.6g", value);
    }
}
