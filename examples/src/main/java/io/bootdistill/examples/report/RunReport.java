package io.bootdistill.examples.report;

import io.bootdistill.examples.extractor.PromptFaithfulness;
import io.bootdistill.examples.ruler.Figures;
import io.bootdistill.examples.ruler.PairedFigures;
import io.bootdistill.format.Images;
import io.bootdistill.metric.CollapseAlarm;
import io.bootdistill.network.ImageShape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a run's report says: figures, curves, pictures of teacher and student from the same noises, timing, configuration.
 *
 * @param name of the run
 * @param metrics of the run
 * @param config names and values of the configuration
 * @param shape of an image
 * @param rows names of the classes or prompts that the noises take in turn, none for a model without
 * @param models what was sampled on the same held-out noises: the teacher, most steps first, then the student
 * @param trajectory how far the student is from the teacher's path at each time; null where not known
 * @param ruled the student's figures against real images; null where there are none
 */
public record RunReport(
        String name, RunMetrics metrics, Map<String, String> config, ImageShape shape, List<String> rows, List<Sampled> models,
        TrajectoryCurve trajectory, Figures ruled) {

    private static final int ROWS = 10;
    private static final int PER_ROW = 4;
    private static final int PICTURE_WIDTH = 184;

    /**
     * A model's samples of held-out noise, and what they took.
     *
     * @param calls network calls of an image
     * @param samples [n][channels][height][width], clamped
     * @param pairedRmse against the first model on the same noises; NaN for that itself
     * @param millis time of an image, of many at a time
     * @param alone time of an image on its own, in milliseconds
     * @param shown what the samples show of their prompts; null where nothing knows
     */
    public record Sampled(
            String name, int calls, float[] samples, double pairedRmse, double millis, double alone, PromptFaithfulness shown) {}

    /**
     * The trajectory error.
     *
     * @param times t
     * @param errors at each
     */
    public record TrajectoryCurve(double[] times, double[] errors) {}

    /** The report as one HTML file. */
    public String html() throws IOException {
        Sampled student = models.get(models.size() - 1);
        HtmlReport report = new HtmlReport("BOOT Distill: " + name);
        CollapseAlarm.ofDiversity(leastDiversity(student))
                .ifPresent(reason -> report.alarm("The student has collapsed: " + reason + "."));
        report.figures(figures(student))
                .heading("Samples")
                .paragraph("Each column was made from the same held-out noises"
                        + (rows.isEmpty() ? "" : ", a class or a prompt in each row")
                        + ". The student is to make in one network call what the first column needs "
                        + models.get(0).calls() + " for.");
        if (shape.isPicture()) {
            pictures(report);
        }
        report.heading("Quality and time")
                .paragraph("The paired RMSE is the root-mean-square difference to the first line's image of the same noise,"
                        + " pixels in −1 … 1, over " + student.samples().length / shape.size()
                        + " held-out noises. Times are of this machine, when the report was made.")
                .table(List.of("", "network calls", "paired RMSE", "ms per image, many at a time", "ms, one alone",
                        "student is faster by"), timing(student));
        if (student.shown() != null) {
            report.heading("What the pictures show")
                    .paragraph("The share of these pictures in which a classifier finds what their prompts say.")
                    .table(List.of("", "concept, %", "style, %", "ground, %", "all, %"), faithfulness());
        }
        report.heading("Training")
                .charts(charts())
                .details("Configuration", config);
        return report.finish();
    }

    /** Of the class where it is least: one may have collapsed where the mean shows nothing. */
    private double leastDiversity(Sampled student) {
        int count = student.samples().length / shape.size();
        double least = PairedFigures.of(student.samples(), models.get(0).samples(), count, rows.size()).leastDiversity();
        return Double.isNaN(least) ? metrics.last("diversity") : least; // more classes than noises: the run had more of these
    }

    private Map<String, String> figures(Sampled student) {
        double[] minutes = metrics.minutes();
        Map<String, String> figures = new LinkedHashMap<>();
        figures.put("paired RMSE, at the last checkpoint", number("%.4f", metrics.last("paired_rmse")));
        figures.put("diversity, student : teacher", number("%.3f", metrics.last("diversity")));
        if (trajectory != null) {
            figures.put("trajectory error, mean over t",
                    number("%.4f", Arrays.stream(trajectory.errors()).average().orElseThrow()));
        }
        if (student.shown() != null) {
            figures.put("pictures that show all of their prompt", number("%.0f %%", 100 * student.shown().all()));
        }
        if (ruled != null) {
            figures.put("Fréchet distance to the test images", number("%.3f", ruled.frechet()));
            figures.put("precision", number("%.3f", ruled.precision()));
            figures.put("recall", number("%.3f", ruled.recall()));
            figures.put("class accuracy", number("%.1f %%", 100 * ruled.accuracy()));
        }
        figures.put("ms per image", number("%.2f", student.millis()));
        figures.put("minutes of training", minutes.length == 0 ? "–" : number("%.1f", minutes[minutes.length - 1]));
        figures.put("images drawn from noise", number("%,.0f", metrics.last("images")));
        figures.put("steps", number("%,.0f", metrics.last("step")));
        return figures;
    }

    private void pictures(HtmlReport report) throws IOException {
        List<String> header = new ArrayList<>(List.of(""));
        models.forEach(model -> header.add(model.name()));
        int count = models.get(0).samples().length / shape.size();
        int lines = rows.isEmpty() ? Math.min(ROWS, Math.max(1, count / PER_ROW)) : Math.min(rows.size(), count);
        List<String> names = new ArrayList<>();
        List<List<BufferedImage>> pictures = new ArrayList<>();
        for (int row = 0; row < lines; row++) {
            names.add(rows.isEmpty() ? "" : rows.get(row));
            List<BufferedImage> line = new ArrayList<>();
            for (Sampled model : models) {
                line.add(picture(model.samples(), row, lines, count));
            }
            pictures.add(line);
        }
        report.pictures(header, names, pictures, PICTURE_WIDTH);
    }

    /** Noise i is of class i mod the classes: every so many belong into one row. */
    private BufferedImage picture(float[] samples, int row, int lines, int count) {
        int distance = rows.isEmpty() ? lines : rows.size();
        int columns = Math.max(1, Math.min(PER_ROW, (count - row + distance - 1) / distance));
        float[] chosen = new float[columns * shape.size()];
        for (int i = 0; i < columns; i++) {
            System.arraycopy(samples, (row + i * distance) * shape.size(), chosen, i * shape.size(), shape.size());
        }
        int scale = Math.max(1, (PICTURE_WIDTH / PER_ROW - Images.GAP) / shape.width());
        return Images.grid(chosen, shape.channels(), shape.height(), shape.width(), columns, scale);
    }

    private List<List<String>> timing(Sampled student) {
        List<List<String>> rows = new ArrayList<>();
        for (Sampled model : models) {
            rows.add(List.of(model.name(), String.valueOf(model.calls()), number("%.4f", model.pairedRmse()),
                    number("%.2f", model.millis()), number("%.2f", model.alone()),
                    model == student ? "" : number("%.1f×", model.millis() / student.millis())));
        }
        return rows;
    }

    private List<List<String>> faithfulness() {
        return models.stream().map(model -> List.of(
                model.name(), number("%.1f", 100 * model.shown().concept()), number("%.1f", 100 * model.shown().style()),
                number("%.1f", 100 * model.shown().ground()), number("%.1f", 100 * model.shown().all()))).toList();
    }

    private List<SvgChart> charts() {
        double[] minutes = metrics.minutes();
        String time = "minutes of training";
        SvgChart rmse = new SvgChart("Paired RMSE on held-out noise", time, true)
                .line("student", minutes, metrics.column("paired_rmse"));
        models.stream().filter(model -> !Double.isNaN(model.pairedRmse())).limit(models.size() - 2L)
                .forEach(model -> rmse.level(model.name(), model.pairedRmse()));
        SvgChart way = new SvgChart("Trajectory error: distance to the teacher's path at t", "t, from image to noise", false);
        if (trajectory != null) {
            way.line("student", trajectory.times(), trajectory.errors());
        }
        return List.of(
                rmse,
                way,
                new SvgChart("Diversity, student : teacher", time, false)
                        .line("student", minutes, metrics.column("diversity")).level("teacher", 1),
                new SvgChart("Losses", time, true)
                        .line("total", minutes, metrics.column("loss"))
                        .line("bootstrap", minutes, metrics.column("bootstrap"))
                        .line("boundary", minutes, metrics.column("boundary")),
                new SvgChart("Gradient norm", time, true).line("norm", minutes, metrics.column("gradient_norm")),
                new SvgChart("Step δ in t", time, false).line("δ", minutes, metrics.column("delta")),
                new SvgChart("Images per second", time, false).line("speed", minutes, metrics.column("images_per_second")));
    }

    private static String number(String format, double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, format, value);
    }
}
