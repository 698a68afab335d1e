package io.bootdistill.bench;

import io.bootdistill.BootDistiller;
import io.bootdistill.BundledTeacher;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.selftest.RecordingDevice;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
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
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 15, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class Sampling {

    @Param({"1", "64"})
    private int images;

    @Param("2")
    private int workers;

    private Student student;
    private long[] seeds;
    private int[] labels;
    private SampleRequest request;
    private float[] samples;
    private double flops;

    @Setup
    public void load() throws IOException {
        seeds = LongStream.range(0, images).toArray();
        labels = IntStream.range(0, images).map(i -> i % 10).toArray();
        RecordingDevice recording = new RecordingDevice(Devices.best());
        try (Student counted = student(recording)) {
            recording.clear();
            counted.sample(seeds, labels);
            flops = recording.flops();
            samples = new float[images * counted.shape().size()];
        }
        float[] noise = new float[samples.length];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = Philox.normal(0, 0, i);
        }
        request = SampleRequest.ofNoise(noise).withConditions(new float[images]);
        student = student(Devices.best());
    }

    /** A student after one step: how well it was trained does not matter. */
    private Student student(Device device) throws IOException {
        DistillationConfig config =
                DistillationConfig.builder().batch(2).images(2).heldOut(0).workers(workers).build();
        try (Teacher loaded = Teacher.load(BundledTeacher.folder(), device)) {
            return new BootDistiller(loaded).train(config);
        }
    }

    @Benchmark
    public float[] sample(Work work) {
        work.flops += flops;
        return student.sample(seeds, labels);
    }

    /** Without the noise and the arrays, which the caller has. */
    @Benchmark
    public void sampleIntoArray(Work work) {
        work.flops += flops;
        student.sample(request, samples);
    }

    @TearDown
    public void close() {
        student.close();
    }
}
