package io.bootdistill.internal.sampling;

import io.bootdistill.format.TimestepSpacing;

/** The format's placements of n time steps on the indices 0 … N − 1, as times in [0, 1], latest first. */
public final class TimeSteps {

    private TimeSteps() {}

    public static double[] of(int size, TimestepSpacing spacing, int n, int offset) {
        if (n < 1 || n > size) {
            throw new IllegalArgumentException("steps is " + n + ", must be 1 … " + size);
        }
        double[] times = new double[n];
        for (int i = 0; i < n; i++) {
            double index = switch (spacing) {
                case LEADING -> (long) (size / n) * (n - 1 - i) + offset;
                case TRAILING -> Math.rint(size - i * ((double) size / n)) - 1;
                case LINSPACE -> n == 1 ? 0 : Math.rint((n - 1 - i) * ((size - 1.0) / (n - 1)));
            };
            times[i] = Math.min(index, size - 1) / (size - 1);
        }
        return times;
    }
}
