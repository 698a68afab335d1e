package io.bootdistill.bench;

import io.bootdistill.BundledTeacher;
import io.bootdistill.Sampler;
import io.bootdistill.Teacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.Denoiser;
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

/** The teacher's images by the reference sampler, which a student is measured against. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 15, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class TeacherSampling {

    @Param("16")
    private int images;

    @Param("50")
    private int steps;

    @Param("2")
    private int workers;

    private Denoiser teacher;
    private SampleRequest request;
    private double flops;

    @Setup
    public void load() throws IOException {
        int[] labels = IntStream.range(0, images).map(i -> i % 10).toArray();
        request = SampleRequest.ofSeeds(LongStream.range(0, images).toArray()).withLabels(labels).withWorkers(workers);
        RecordingDevice recording = new RecordingDevice(Devices.best());
        try (Denoiser counted = load(recording)) {
            sample(counted);
            flops = recording.flops();
        }
        teacher = load(Devices.best());
    }

    private static Denoiser load(Device device) throws IOException {
        return Teacher.load(BundledTeacher.folder(), device);
    }

    private float[] sample(Denoiser sampled) {
        return Sampler.reference(sampled, steps).sample(request);
    }

    @Benchmark
    public float[] sample(Work work) {
        work.flops += flops;
        return sample(teacher);
    }

    @TearDown
    public void close() {
        teacher.close();
    }
}
