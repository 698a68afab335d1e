package io.bootdistill.bench;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What other times are divided by, so that runs on different machines can be compared: a plain matrix product in Java that
 * no change of the kernels can move. It works on the first two caches with vectors of 256 bits, like most of the kernels.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = {"-XX:+IgnoreUnrecognizedVMOptions", "-XX:UseAVX=2"})
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 15, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class Calibration {

    /** Of a and c; long rows, since Java handles the ends of loops poorly. */
    private static final int ROWS = 64;

    private static final int COLUMNS = 512;

    /** c = a·b. */
    @State(Scope.Thread)
    public static class Matrices {

        private final float[] a = new float[ROWS * ROWS];
        private final float[] b = new float[ROWS * COLUMNS];
        private final float[] c = new float[ROWS * COLUMNS];

        /** Values of order 1. */
        public Matrices() {
            for (int i = 0; i < a.length; i++) {
                a[i] = (i % 7 - 3) / 3f;
            }
            for (int i = 0; i < b.length; i++) {
                b[i] = (i % 5 - 2) / 2f;
            }
        }

        float[] multiply() {
            Arrays.fill(c, 0);
            for (int i = 0; i < ROWS; i++) {
                for (int k = 0; k < ROWS; k++) {
                    addRow(a[i * ROWS + k], k * COLUMNS, i * COLUMNS);
                }
            }
            return c;
        }

        private void addRow(float factor, int from, int to) {
            for (int j = 0; j < COLUMNS; j++) {
                c[to + j] += factor * b[from + j];
            }
        }
    }

    @Benchmark
    @Threads(1)
    public float[] oneThread(Matrices matrices) {
        return matrices.multiply();
    }

    /** For benchmarks with several workers. */
    @Benchmark
    @Threads(2)
    public float[] twoThreads(Matrices matrices) {
        return matrices.multiply();
    }
}
