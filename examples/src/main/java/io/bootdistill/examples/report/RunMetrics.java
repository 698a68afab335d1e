package io.bootdistill.examples.report;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.Quoted;
import io.bootdistill.internal.file.RegularFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The {@code metrics.csv} of a run: a line per report, named columns, empty cells where a figure is not known. */
public final class RunMetrics {

    /** The name of the file in a run's folder. */
    public static final String FILE = "metrics.csv";

    private final List<String> names;
    private final double[][] rows;

    private RunMetrics(List<String> names, double[][] rows) {
        this.names = names;
        this.rows = rows;
    }

    /**
     * Reads the metrics of a run, or another such table of numbers; a file that is missing has no lines.
     *
     * @throws ModelFormatException if the file cannot be read, or is no table of numbers
     */
    public static RunMetrics read(Path file) {
        List<String> lines = Files.exists(file) ? RegularFiles.text(file).lines().toList() : List.of();
        List<String> names = lines.isEmpty() ? List.of() : Arrays.asList(lines.get(0).split(",", -1));
        double[][] rows = new double[Math.max(0, lines.size() - 1)][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = row(file, i + 2, lines.get(i + 1), names.size());
        }
        return new RunMetrics(names, rows);
    }

    private static double[] row(Path file, int number, String line, int width) {
        String[] cells = line.split(",", -1);
        try {
            double[] row = Arrays.stream(cells)
                    .mapToDouble(cell -> cell.isEmpty() ? Double.NaN : Double.parseDouble(cell))
                    .toArray();
            if (row.length == width) {
                return row;
            }
        } catch (NumberFormatException e) {
            throw new ModelFormatException(file + ": line " + number + " holds something other than numbers: " + Quoted.of(line),
                    e);
        }
        throw new ModelFormatException(file + ": line " + number + " has " + cells.length + " cells, must have " + width);
    }

    /** Reports so far. */
    public int size() {
        return rows.length;
    }

    /** A column; NaN where a cell is empty, everywhere if there is no such column. */
    public double[] column(String name) {
        int index = names.indexOf(name);
        return Arrays.stream(rows).mapToDouble(row -> index < 0 ? Double.NaN : row[index]).toArray();
    }

    /** The last known value of a column; NaN if there is none. */
    public double last(String name) {
        double[] known = Arrays.stream(column(name)).filter(value -> !Double.isNaN(value)).toArray();
        return known.length == 0 ? Double.NaN : known[known.length - 1];
    }

    /** Minutes of training at each report: what the speeds add up to, without evaluations. */
    public double[] minutes() {
        double[] images = column("images");
        double[] speed = column("images_per_second");
        double[] minutes = new double[rows.length];
        for (int i = 0; i < minutes.length; i++) {
            double done = images[i] - (i == 0 ? 0 : images[i - 1]);
            minutes[i] = (i == 0 ? 0 : minutes[i - 1]) + done / speed[i] / 60;
        }
        return minutes;
    }
}
