package io.bootdistill.examples.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** A line chart as an SVG element: a linear x axis from 0, a linear or logarithmic y axis, a legend for several lines. */
final class SvgChart {

    private static final int WIDTH = 520;
    private static final int HEIGHT = 280;
    private static final int LEFT = 62;
    private static final int RIGHT = 14;
    private static final int TOP = 34;
    private static final int BOTTOM = 44;

    /** Beyond these, an axis cannot be divided. */
    private static final double MOST = 1e300;
    private static final double LEAST = 1e-300;

    /** Readable on white and distinct for the colour-blind. */
    private static final String[] COLOURS = {"#0b62a4", "#d1580b", "#4a8c2a"};

    private record Line(String name, double[] x, double[] y) {}

    private record Level(String name, double y) {}

    private final String title;
    private final String xName;
    private final boolean logarithmic;
    private final List<Line> lines = new ArrayList<>();
    private final List<Level> levels = new ArrayList<>();

    SvgChart(String title, String xName, boolean logarithmic) {
        this.title = title;
        this.xName = xName;
        this.logarithmic = logarithmic;
    }

    /** Adds a line; points that are no finite numbers (or, logarithmic, not above 0), or beyond any figure, are left out. */
    SvgChart line(String name, double[] x, double[] y) {
        int[] shown = IntStream.range(0, x.length).filter(i -> isFigure(x[i]) && isShown(y[i])).toArray();
        if (shown.length > 0) {
            lines.add(new Line(name, pick(x, shown), pick(y, shown)));
        }
        return this;
    }

    /** Adds a dashed horizontal line to compare with. */
    SvgChart level(String name, double y) {
        if (isShown(y)) {
            levels.add(new Level(name, y));
        }
        return this;
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    private boolean isShown(double y) {
        return isFigure(y) && (!logarithmic || y > LEAST);
    }

    private static boolean isFigure(double value) {
        return Math.abs(value) < MOST; // NaN is not
    }

    private static double[] pick(double[] values, int[] indices) {
        return Arrays.stream(indices).mapToDouble(i -> values[i]).toArray();
    }

    String svg() {
        double right = lines.stream().flatMapToDouble(line -> DoubleStream.of(line.x)).max().orElse(1);
        double[] ys = DoubleStream.concat(
                        lines.stream().flatMapToDouble(line -> DoubleStream.of(line.y)),
                        levels.stream().mapToDouble(Level::y))
                .toArray();
        double least = DoubleStream.of(ys).min().orElse(logarithmic ? 1 : 0);
        double most = DoubleStream.of(ys).max().orElse(1);
        Scale x = Scale.linear(0, right > 0 ? right : 1, LEFT, WIDTH - RIGHT);
        Scale y = logarithmic
                ? Scale.logarithmic(least, most, HEIGHT - BOTTOM, TOP)
                : Scale.linear(Math.min(0, least), most > least || most > 0 ? most : 1, HEIGHT - BOTTOM, TOP);
        StringBuilder svg = new StringBuilder(format(
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n"
                        + "<text class=\"title\" x=\"%d\" y=\"18\">%s</text>%n",
                WIDTH, HEIGHT, title, LEFT, title));
        grid(svg, x, y);
        for (Level level : levels) {
            double place = y.place(level.y);
            svg.append(format("<line class=\"level\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>%n"
                    + "<text class=\"note\" text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%s</text>%n",
                    LEFT, WIDTH - RIGHT, place, place, WIDTH - RIGHT, place - 4, level.name));
        }
        for (int i = 0; i < lines.size(); i++) {
            draw(svg, lines.get(i), COLOURS[i % COLOURS.length], x, y);
        }
        legend(svg);
        return svg.append("</svg>\n").toString();
    }

    private void grid(StringBuilder svg, Scale x, Scale y) {
        for (double tick : y.ticks()) {
            double place = y.place(tick);
            svg.append(format("<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>%n"
                    + "<text text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%s</text>%n",
                    LEFT, WIDTH - RIGHT, place, place, LEFT - 6, place + 4, Scale.text(tick)));
        }
        for (double tick : x.ticks()) {
            svg.append(format("<text text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%s</text>%n",
                    x.place(tick), HEIGHT - BOTTOM + 16, Scale.text(tick)));
        }
        svg.append(format("<line class=\"axis\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>%n"
                + "<text text-anchor=\"middle\" x=\"%d\" y=\"%d\">%s</text>%n",
                LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM, HEIGHT - BOTTOM, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, xName));
    }

    private static void draw(StringBuilder svg, Line line, String colour, Scale x, Scale y) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < line.x.length; i++) {
            points.append(format("%.1f,%.1f ", x.place(line.x[i]), y.place(line.y[i])));
        }
        svg.append(format("<polyline stroke=\"%s\" points=\"%s\"/>%n", colour, points.toString().strip()));
        if (line.x.length <= 40) { // few: the points themselves
            for (int i = 0; i < line.x.length; i++) {
                svg.append(format("<circle fill=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"/>%n",
                        colour, x.place(line.x[i]), y.place(line.y[i])));
            }
        }
    }

    private void legend(StringBuilder svg) {
        for (int i = 0; i < lines.size() && lines.size() > 1; i++) {
            int top = TOP + 10 + 16 * i;
            svg.append(format("<line stroke=\"%s\" stroke-width=\"2\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>%n"
                    + "<text x=\"%d\" y=\"%d\">%s</text>%n",
                    COLOURS[i % COLOURS.length], WIDTH - 130, WIDTH - 112, top, top, WIDTH - 106, top + 4, lines.get(i).name));
        }
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
