package io.bootdistill.bench;

import io.bootdistill.BootDistiller;
import io.bootdistill.DistillationConfig;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One-step sampling of a class-conditional student: noise from seeds, one network call, floats out. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class Sampling {

    @Param("teachers/fashion-mnist-16")
    private String teacher;

    @Param({"1", "64"})
    private int images;

    private Student student;
    private long[] seeds;
    private int[] labels;

    @Setup
    public void load() throws IOException {
        DistillationConfig config = DistillationConfig.builder().batch(2).images(2).heldOut(0).build();
        try (Teacher loaded = Teacher.load(Path.of(teacher))) {
            student = new BootDistiller(loaded).train(config); // how well it was trained does not matter
        }
        seeds = new long[images];
        labels = new int[images];
        for (int i = 0; i < images; i++) {
            seeds[i] = i;
            labels[i] = i % 10;
        }
    }

    @Benchmark
    public float[] sample() {
        return student.sample(seeds, labels);
    }

    @TearDown
    public void close() {
        student.close();
    }
}
