package io.bootdistill.bench;

import io.bootdistill.cpu.CpuPeak;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** What the machine can do at most, which the others are measured against: arithmetic in registers, a pass over memory. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 15, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class Peak {

    private static final long ROUNDS = 200_000;

    /** Values of an array: three of them are larger than any cache but the largest of servers. */
    private static final int LENGTH = 1 << 23;

    /** A thread's native context. */
    @State(Scope.Thread)
    public static class Registers {

        private final Kernels kernels = Devices.best().openKernels();

        @TearDown
        public void close() {
            kernels.close();
        }
    }

    /** A thread's own memory. */
    @State(Scope.Thread)
    public static class Arrays {

        private final float[] a = new float[LENGTH];
        private final float[] b = new float[LENGTH];
        private final float[] c = new float[LENGTH];

        private void triad() {
            for (int i = 0; i < LENGTH; i++) {
                a[i] = b[i] + 0.5f * c[i];
            }
        }
    }

    @Benchmark
    @Threads(1)
    public void arithmeticOneThread(Registers registers, Work work) {
        work.flops += CpuPeak.run(registers.kernels, ROUNDS);
    }

    @Benchmark
    @Threads(2)
    public void arithmeticTwoThreads(Registers registers, Work work) {
        work.flops += CpuPeak.run(registers.kernels, ROUNDS);
    }

    @Benchmark
    @Threads(1)
    public void memoryOneThread(Arrays arrays, Work work) {
        arrays.triad();
        work.bytes += 3.0 * Float.BYTES * LENGTH;
    }

    @Benchmark
    @Threads(2)
    public void memoryTwoThreads(Arrays arrays, Work work) {
        arrays.triad();
        work.bytes += 3.0 * Float.BYTES * LENGTH;
    }
}
