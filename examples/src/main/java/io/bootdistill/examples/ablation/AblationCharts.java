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
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Pictures of the measures that recipes are ranked by, against minutes of training and against images: for each budget on
 * the way, for several budgets at the end of their runs. The default recipe is drawn black and thick; the teacher's figures
 * are levels.
 */
final class AblationCharts {

    private static final int HEIGHT = 560;
    private static final int WIDTH = 620;
    private static final int LEGEND = 240;
    private static final double THOUSAND = 1_000;

    /** A logarithmic axis labels little of less than this many times the smallest value. */
    private static final int WIDE = 20;

    /** So many points of a curve are drawn. */
    private static final int FEW = 10;

    /** Distinct for the colour-blind, after the black of the default recipe. */
    private static final Color[] COLOURS = {
        new Color(0x0072b2), new Color(0xd55e00), new Color(0x009e73), new Color(0xcc79a7), new Color(0xe69f00),
        new Color(0x56b4e9), new Color(0x8c564b)
    };

    private static final float[][] DASHES = {null, {7, 4}, {2, 3}};

    private final Path folder;
    private final Setting setting;
    private final List<Measure> measures;
    private final List<AblationResult> results;

    /** A run's values of one kind, where they are known. */
    private record Curve(String name, double[] minutes, double[] images, double[] values) {}

    AblationCharts(Path folder, Setting setting, List<Measure> measures, List<AblationResult> results) {
        this.folder = folder;
        this.setting = setting;
        this.measures = measures.stream().filter(Measure::isRanked).toList();
        this.results = results;
    }

    void write() throws IOException {
        TreeSet<Budget> budgets = new TreeSet<>();
        results.stream().map(AblationResult::budget).filter(Objects::nonNull).forEach(budgets::add);
        for (Measure measure : measures) {
            for (Budget budget : budgets) {
                List<Curve> curves = new ArrayList<>();
                for (AblationResult run : results) {
                    if (budget.equals(run.budget())) {
                        curves.add(curve(run, measure));
                    }
                }
                draw(measure, "-" + budget.folder(), "in runs of " + budget, curves);
            }
            if (budgets.size() > 1) {
                draw(measure, "", "at the end of runs", ends(measure));
            }
        }
    }

    /** A curve for each recipe, a point for each budget. */
    private List<Curve> ends(Measure measure) {
        Map<String, List<AblationResult>> recipes = results.stream()
                .filter(result -> result.budget() != null && result.value(measure) > 0)
                .sorted(Comparator.comparing(AblationResult::minutes))
                .collect(Collectors.groupingBy(AblationResult::name, TreeMap::new, Collectors.toList()));
        List<Curve> curves = new ArrayList<>();
        recipes.forEach((name, runs) -> curves.add(new Curve(
                name, runs.stream().mapToDouble(AblationResult::minutes).toArray(),
                runs.stream().mapToDouble(run -> run.images() / THOUSAND).toArray(),
                runs.stream().mapToDouble(run -> measure.factor() * run.value(measure)).toArray())));
        return curves;
    }

    /** What was measured on the way by the ablation, or else by the run itself. */
    private Curve curve(AblationResult run, Measure measure) throws IOException {
        Path place = folder.resolve(run.budget().folder()).resolve(run.name());
        RunMetrics metrics = RunMetrics.read(place.resolve(RunMetrics.FILE));
        RunMetrics points = RunMetrics.read(place.resolve(AblationRun.POINTS));
        RunMetrics measured = Double.isNaN(points.last(measure.key())) ? metrics : points;
        double[] values = Arrays.stream(measured.column(measure.key())).map(value -> measure.factor() * value).toArray();
        return curve(run, metrics, measured.column("images"), values);
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

    private void draw(Measure measure, String file, String where, List<Curve> curves) throws IOException {
        List<Curve> known = curves.stream()
                .filter(curve -> curve.values.length > 0)
                .sorted(Comparator.comparing(curve -> measure.rank(curve.values[curve.values.length - 1])))
                .toList();
        if (known.isEmpty()) {
            return;
        }
        String title = measure.title().substring(0, 1).toUpperCase(Locale.ROOT) + measure.title().substring(1) + " " + where;
        XYChart left = chart(measure, title, "minutes of training", known, Curve::minutes);
        XYChart right = chart(measure, title, "images, in thousands", known, Curve::images);
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
        Images.writePng(folder.resolve(measure.plot(file)), picture);
    }

    private XYChart chart(
            Measure measure, String title, String xName, List<Curve> curves, Function<Curve, double[]> x) {
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
            boolean isLevel = teacher.budget() == null && teacher.changes().isEmpty();
            double y = isLevel ? measure.factor() * teacher.value(measure) : 0;
            if (y > 0 && (measure.order() == Measure.Order.MORE || y <= values.getMax())) {
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
