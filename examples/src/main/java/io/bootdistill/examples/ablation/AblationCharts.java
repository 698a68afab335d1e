package io.bootdistill.examples.ablation;

import io.bootdistill.examples.report.RunMetrics;
import io.bootdistill.format.Images;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Pictures of the Fréchet distance and of the paired RMSE, against minutes of training and against images: for each budget on
 * the way, for several budgets at the end of their runs. The default recipe is drawn black and thick; the teacher's figures
 * are levels.
 */
final class AblationCharts {

    private static final int HEIGHT = 560;
    private static final int WIDTH = 620;
    private static final int LEGEND = 170;
    private static final String FRECHET = "frechet-";
    private static final String RMSE = "rmse-";
    private static final double THOUSAND = 1_000;

    /** A logarithmic axis labels little of less than this many times the smallest value. */
    private static final int WIDE = 20;

    /** So many points of a curve are drawn. */
    private static final int FEW = 10;

    /** The files of all budgets together. */
    static final List<String> ENDS = List.of("frechet.png", "rmse.png");

    /** Distinct for the colour-blind, after the black of the default recipe. */
    private static final Color[] COLOURS = {
        new Color(0x0072b2), new Color(0xd55e00), new Color(0x009e73), new Color(0xcc79a7), new Color(0xe69f00),
        new Color(0x56b4e9), new Color(0x8c564b)
    };

    private static final float[][] DASHES = {null, {7, 4}, {2, 3}};

    private final Path folder;
    private final Setting setting;
    private final List<AblationResult> results;

    /** A run's values of one kind, where they are known. */
    private record Curve(String name, double[] minutes, double[] images, double[] values) {}

    AblationCharts(Path folder, Setting setting, List<AblationResult> results) {
        this.folder = folder;
        this.setting = setting;
        this.results = results;
    }

    /** The files of a budget. */
    static List<String> names(Budget budget) {
        return List.of(FRECHET + budget.folder() + ".png", RMSE + budget.folder() + ".png");
    }

    void write() throws IOException {
        TreeSet<Budget> budgets = new TreeSet<>();
        results.stream().map(AblationResult::budget).filter(Objects::nonNull).forEach(budgets::add);
        for (Budget budget : budgets) {
            List<Curve> distances = new ArrayList<>();
            List<Curve> errors = new ArrayList<>();
            for (AblationResult run : results) {
                if (budget.equals(run.budget())) {
                    Path place = folder.resolve(budget.folder()).resolve(run.name());
                    RunMetrics metrics = RunMetrics.read(place.resolve(RunMetrics.FILE));
                    errors.add(curve(run, metrics, metrics.column("images"), metrics.column("paired_rmse")));
                    RunMetrics points = RunMetrics.read(place.resolve(AblationRun.FRECHET));
                    distances.add(curve(run, metrics, points.column("images"), points.column("frechet")));
                }
            }
            draw(names(budget), " in runs of " + budget, distances, errors);
        }
        if (budgets.size() > 1) {
            draw(ENDS, " at the end of runs", ends(AblationCharts::frechet), ends(AblationCharts::rmse));
        }
    }

    private void draw(List<String> files, String where, List<Curve> distances, List<Curve> errors) throws IOException {
        draw(files.get(0), "Fréchet distance" + where, distances, AblationCharts::frechet);
        draw(files.get(1), "Paired RMSE" + where, errors, AblationCharts::rmse);
    }

    private static double frechet(AblationResult result) {
        return result.figures() == null ? Double.NaN : result.figures().frechet();
    }

    private static double rmse(AblationResult result) {
        return result.paired() == null ? Double.NaN : result.paired().rmse();
    }

    /** A curve for each recipe, a point for each budget. */
    private List<Curve> ends(ToDoubleFunction<AblationResult> quality) {
        Map<String, List<AblationResult>> recipes = results.stream()
                .filter(result -> result.budget() != null && quality.applyAsDouble(result) > 0)
                .sorted(Comparator.comparing(AblationResult::minutes))
                .collect(Collectors.groupingBy(AblationResult::name, TreeMap::new, Collectors.toList()));
        List<Curve> curves = new ArrayList<>();
        recipes.forEach((name, runs) -> curves.add(new Curve(
                name, runs.stream().mapToDouble(AblationResult::minutes).toArray(),
                runs.stream().mapToDouble(run -> run.images() / THOUSAND).toArray(),
                runs.stream().mapToDouble(quality).toArray())));
        return curves;
    }

    /** The metrics know how long it took to so many images. */
    private Curve curve(AblationResult run, RunMetrics metrics, double[] images, double[] values) {
        double[] known = metrics.column("images");
        double[] minutes = metrics.minutes();
        int[] shown = IntStream.range(0, values.length)
                .filter(i -> values[i] > 0 && Double.isFinite(values[i]) && Arrays.binarySearch(known, images[i]) >= 0)
                .toArray();
        return new Curve(
                run.name(),
                Arrays.stream(shown)
                        .mapToDouble(i -> minutes[Arrays.binarySearch(known, images[i])] * setting.share())
                        .toArray(),
                Arrays.stream(shown).mapToDouble(i -> images[i] / THOUSAND).toArray(),
                Arrays.stream(shown).mapToDouble(i -> values[i]).toArray());
    }

    private void draw(String file, String title, List<Curve> curves, ToDoubleFunction<AblationResult> level)
            throws IOException {
        List<Curve> known = curves.stream()
                .filter(curve -> curve.values.length > 0)
                .sorted(Comparator.comparing(curve -> curve.values[curve.values.length - 1]))
                .toList();
        if (known.isEmpty()) {
            return;
        }
        XYChart left = chart(title, "minutes of training", known, Curve::minutes, level);
        XYChart right = chart(title, "images, in thousands", known, Curve::images, level);
        left.getStyler().setLegendVisible(false);
        BufferedImage picture = new BufferedImage(2 * WIDTH + LEGEND, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        try {
            left.paint(graphics, WIDTH, HEIGHT);
            graphics.translate(WIDTH, 0);
            right.paint(graphics, WIDTH + LEGEND, HEIGHT);
        } finally {
            graphics.dispose();
        }
        Images.writePng(folder.resolve(file), picture);
    }

    private XYChart chart(
            String title, String xName, List<Curve> curves, Function<Curve, double[]> x, ToDoubleFunction<AblationResult> level) {
        XYChart chart = new XYChartBuilder().title(title).xAxisTitle(xName).build();
        double right = curves.stream().flatMapToDouble(curve -> DoubleStream.of(x.apply(curve))).max().orElse(1);
        DoubleSummaryStatistics values =
                curves.stream().flatMapToDouble(curve -> DoubleStream.of(curve.values)).summaryStatistics();
        chart.getStyler().setXAxisMin(0.0).setChartBackgroundColor(Color.WHITE);
        if (values.getMax() > WIDE * values.getMin()) {
            chart.getStyler().setYAxisLogarithmic(true).setYAxisLogarithmicDecadeOnly(false);
        } else {
            chart.getStyler().setYAxisMin(0.0).setYAxisDecimalPattern("0.###");
        }
        List<String> names =
                curves.stream().map(Curve::name).filter(name -> !name.equals(Recipes.DEFAULTS)).sorted().toList();
        for (Curve curve : curves) {
            int number = names.indexOf(curve.name);
            XYSeries series = chart.addSeries(curve.name, x.apply(curve), curve.values);
            series.setMarker(curve.values.length <= FEW ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
            series.setLineColor(number < 0 ? Color.BLACK : COLOURS[number % COLOURS.length]);
            series.setMarkerColor(series.getLineColor());
            series.setLineStyle(
                    number < 0 ? stroke(3, null) : stroke(1.6f, DASHES[number / COLOURS.length % DASHES.length]));
        }
        for (AblationResult teacher : results) {
            double y = teacher.budget() == null ? level.applyAsDouble(teacher) : 0;
            if (y > 0 && y <= values.getMax()) {
                addLevel(chart, "teacher, " + teacher.steps() + (teacher.steps() == 1 ? " step" : " steps"), right, y);
            }
        }
        return chart;
    }

    private static void addLevel(XYChart chart, String name, double right, double y) {
        XYSeries series = chart.addSeries(name, new double[] {0, right}, new double[] {y, y});
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(Color.GRAY);
        series.setLineStyle(stroke(1, DASHES[1]));
        series.setShowInLegend(false);
        chart.addAnnotation(new AnnotationText(name, right * 0.88, y * 1.02, false));
    }

    private static BasicStroke stroke(float width, float[] dash) {
        return new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, dash, 0);
    }
}
