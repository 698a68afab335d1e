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
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Pictures of the quality on the way, two for each budget: the Fréchet distance and the paired RMSE, against minutes of
 * training and against images. The default recipe is drawn black and thick, the teacher's steps are levels.
 */
final class AblationCharts {

    private static final int HEIGHT = 560;
    private static final int WIDTH = 620;
    private static final int LEGEND = 170;
    private static final String FRECHET = "frechet-";
    private static final String RMSE = "rmse-";

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
            List<String> names = names(budget);
            draw(names.get(0), "Fréchet distance, " + budget, distances, this::frechet);
            draw(names.get(1), "Paired RMSE, " + budget, errors, teacher -> teacher.paired().rmse());
        }
    }

    private double frechet(AblationResult teacher) {
        return teacher.figures() == null ? Double.NaN : teacher.figures().frechet();
    }

    /** The metrics know how long it took to so many images. */
    private Curve curve(AblationResult run, RunMetrics metrics, double[] images, double[] values) {
        double[] known = metrics.column("images");
        double[] minutes = metrics.minutes();
        int[] shown = IntStream.range(0, values.length).filter(i -> values[i] > 0 && Double.isFinite(values[i])).toArray();
        double[] x = Arrays.stream(shown)
                .mapToDouble(i -> minutes[Math.abs(Arrays.binarySearch(known, images[i]))] * setting.share())
                .toArray();
        return new Curve(run.name(), x, pick(images, shown), pick(values, shown));
    }

    private static double[] pick(double[] values, int[] indices) {
        return Arrays.stream(indices).mapToDouble(i -> values[i]).toArray();
    }

    private void draw(String file, String title, List<Curve> curves, ToDoubleFunction<AblationResult> level) throws IOException {
        List<Curve> known = curves.stream().filter(curve -> curve.values.length > 0).toList();
        if (known.isEmpty()) {
            return;
        }
        BufferedImage picture = new BufferedImage(2 * WIDTH + LEGEND, HEIGHT, BufferedImage.TYPE_INT_RGB);
        XYChart left = chart(title, "minutes of training", known, Curve::minutes, level, false);
        XYChart right = chart("", "images", known, Curve::images, level, true);
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
            String title, String xName, List<Curve> curves, Function<Curve, double[]> x, ToDoubleFunction<AblationResult> level,
            boolean legend) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH + (legend ? LEGEND : 0)).height(HEIGHT).title(title).xAxisTitle(xName).build();
        chart.getStyler().setYAxisLogarithmic(true).setXAxisMin(0.0).setYAxisLogarithmicDecadeOnly(false);
        chart.getStyler().setLegendVisible(legend);
        double right = curves.stream().flatMapToDouble(curve -> DoubleStream.of(x.apply(curve))).max().orElse(1);
        int number = 0;
        for (Curve curve : curves) {
            XYSeries series = chart.addSeries(curve.name, x.apply(curve), curve.values);
            series.setMarker(SeriesMarkers.NONE);
            boolean isDefault = curve.name.equals(Recipes.DEFAULTS);
            series.setLineColor(isDefault ? Color.BLACK : COLOURS[number % COLOURS.length]);
            series.setLineStyle(stroke(isDefault ? 3 : 1.6f, isDefault ? null : DASHES[number / COLOURS.length % DASHES.length]));
            number += isDefault ? 0 : 1;
        }
        for (AblationResult teacher : results) {
            if (teacher.budget() == null && level.applyAsDouble(teacher) > 0) {
                double y = level.applyAsDouble(teacher);
                XYSeries series = chart.addSeries("teacher, " + teacher.steps(), new double[] {0, right}, new double[] {y, y});
                series.setMarker(SeriesMarkers.NONE);
                series.setLineColor(Color.GRAY);
                series.setLineStyle(stroke(1, DASHES[1]));
                series.setShowInLegend(false);
            }
        }
        return chart;
    }

    private static BasicStroke stroke(float width, float[] dash) {
        return new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, dash, 0);
    }
}
