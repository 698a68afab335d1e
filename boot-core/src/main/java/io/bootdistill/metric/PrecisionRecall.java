package io.bootdistill.metric;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Improved precision and recall (Kynkäänniemi et al. 2019, arXiv 1904.06991): a set of feature vectors stands for the union of
 * balls around them, each as large as the distance to the k-th nearest neighbour in the set.
 *
 * @param precision share of the generated vectors within the balls of the real ones: are the images real?
 * @param recall share of the real vectors within the balls of the generated ones: are all kinds of images generated?
 */
public record PrecisionRecall(double precision, double recall) {

    /** Vectors whose distances to the whole other set are computed at a time. */
    private static final int ROWS = 16;

    /** Vectors of the other set that stay in the nearest cache meanwhile. */
    private static final int COLUMNS = 512;

    /**
     * Compares two sets exactly: all distances, in float64, by blocks, on all processors. Takes memory for a few rows of the
     * distance matrix.
     *
     * @param real [n][dimension], finite
     * @param generated [m][dimension], finite
     * @param k the neighbour that gives the radius, 1 … the smaller set's size − 1; 3 is usual
     */
    public static PrecisionRecall of(float[] real, float[] generated, int dimension, int k) {
        Objects.requireNonNull(real, "real is missing");
        Objects.requireNonNull(generated, "generated is missing");
        Points realPoints = Points.of("real", real, dimension, k);
        Points generatedPoints = Points.of("generated", generated, dimension, k);
        return new PrecisionRecall(
                covered(generatedPoints, realPoints, radii(realPoints, k)),
                covered(realPoints, generatedPoints, radii(generatedPoints, k)));
    }

    /** Squared distance of each point to its k-th nearest neighbour. */
    private static double[] radii(Points points, int k) {
        double[] radii = new double[points.count];
        forEachRow(points, points, (i, distances) -> {
            distances[i] = Double.POSITIVE_INFINITY; // not its own neighbour
            radii[i] = smallest(distances, k);
        });
        return radii;
    }

    /** The k-th smallest value: k is small. */
    private static double smallest(double[] values, int k) {
        double[] least = new double[k];
        Arrays.fill(least, Double.POSITIVE_INFINITY);
        for (double value : values) {
            if (value < least[k - 1]) {
                int place = k - 1;
                while (place > 0 && least[place - 1] > value) {
                    least[place] = least[place - 1];
                    place--;
                }
                least[place] = value;
            }
        }
        return least[k - 1];
    }

    /** The share of points that lie within the ball of a centre. */
    private static double covered(Points points, Points centres, double[] radii) {
        boolean[] within = new boolean[points.count];
        forEachRow(points, centres, (i, distances) -> {
            for (int j = 0; j < radii.length && !within[i]; j++) {
                within[i] = distances[j] <= radii[j];
            }
        });
        int count = 0;
        for (boolean one : within) {
            count += one ? 1 : 0;
        }
        return (double) count / points.count;
    }

    private interface Row {
        /** Squared distances of point i to all of the other set; may be changed. */
        void accept(int i, double[] distances);
    }

    private static void forEachRow(Points a, Points b, Row row) {
        IntStream.range(0, (a.count + ROWS - 1) / ROWS).parallel().forEach(block -> {
            int from = block * ROWS;
            double[][] distances = new double[Math.min(ROWS, a.count - from)][b.count];
            for (int column = 0; column < b.count; column += COLUMNS) {
                for (int i = 0; i < distances.length; i++) {
                    b.addSquaredDistances(a, from + i, column, Math.min(column + COLUMNS, b.count), distances[i]);
                }
            }
            for (int i = 0; i < distances.length; i++) {
                row.accept(from + i, distances[i]);
            }
        });
    }

    /** Vectors, stored [dimension][count]: the inner loop then runs over vectors, and as many lanes wide as there are. */
    private static final class Points {

        private final int count;
        private final int dimension;
        private final float[] values;

        private Points(int count, int dimension, float[] values) {
            this.count = count;
            this.dimension = dimension;
            this.values = values;
        }

        static Points of(String name, float[] rows, int dimension, int k) {
            if (dimension < 1 || rows.length % dimension != 0) {
                throw new IllegalArgumentException(name + " has " + rows.length + " values, must be a multiple of dimension, "
                        + dimension + ", which is at least 1");
            }
            int count = rows.length / dimension;
            if (k < 1 || k >= count) {
                throw new IllegalArgumentException(
                        "k is " + k + ", must be 1 … " + (count - 1) + ", for the " + count + " vectors of " + name);
            }
            float[] values = new float[rows.length];
            for (int i = 0; i < rows.length; i++) {
                if (!Float.isFinite(rows[i])) {
                    throw new IllegalArgumentException(name + " has the value " + rows[i] + ", must be finite");
                }
                values[i % dimension * count + i / dimension] = rows[i];
            }
            return new Points(count, dimension, values);
        }

        /** Adds the squared distances of point i of a to the points [from, to) of this. */
        void addSquaredDistances(Points a, int i, int from, int to, double[] distances) {
            for (int d = 0; d < dimension; d++) {
                double x = a.values[d * a.count + i];
                int row = d * count;
                for (int j = from; j < to; j++) {
                    double difference = x - values[row + j];
                    distances[j] += difference * difference;
                }
            }
        }
    }
}
