package io.bootdistill.bench;

import io.bootdistill.BundledTeacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.Slice;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import io.bootdistill.selftest.RecordingDevice;
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

/** The U-Net with random weights, a block of noise through it, by one worker. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 15, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class UNetPasses {

    private static final int BLOCK = 8;

    /** The bundled teacher's, or any {@code config.json} of the diffusers format. */
    @Param("bundled")
    private String network;

    private final io.bootdistill.internal.device.Scope scope = new io.bootdistill.internal.device.Scope();
    private Kernels kernels;
    private Plan inference;
    private Plan training;
    private Gradients gradients;
    private double forwardFlops;
    private double bothFlops;
    private final float[] awaited = new float[1];

    @Setup
    public void open() {
        Path config = network.equals("bundled") ? BundledTeacher.folder().resolve("unet/config.json") : Path.of(network);
        UNet unet = new UNet(UNetConfig.read(config));
        Device device = Devices.best();
        kernels = scope.own(device.openKernels());
        Model model = scope.own(new Model(Graph.of(unet), device, true));
        model.initialize(1);
        inference = scope.own(new Plan(model, BLOCK, Plan.Mode.INFERENCE));
        training = scope.own(new Plan(model, BLOCK, Plan.Mode.TRAINING));
        gradients = scope.own(new Gradients(model));
        fill(inference.x().data(), 1);
        fill(training.x().data(), 1);
        fill(training.dy().data(), 2);
        RecordingDevice recording = new RecordingDevice(device);
        try (Kernels counting = recording.openKernels()) {
            inference.forward(counting, BLOCK);
            forwardFlops = recording.flops();
            recording.clear();
            forwardBackward(counting);
            bothFlops = recording.flops();
        }
    }

    private void fill(Slice slice, int draw) {
        float[] noise = new float[Math.toIntExact(slice.length())];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = Philox.normal(0, draw, i);
        }
        kernels.upload(noise, 0, slice);
    }

    @Benchmark
    public void forward(Work work) {
        inference.forward(kernels, BLOCK);
        await();
        work.flops += forwardFlops;
    }

    @Benchmark
    public void forwardBackward(Work work) {
        forwardBackward(kernels);
        await();
        work.flops += bothFlops;
    }

    /** A GPU carries out the calls behind the host. */
    private void await() {
        kernels.download(training.x().data().slice(0, 1), awaited, 0);
    }

    private void forwardBackward(Kernels used) {
        training.forward(used, BLOCK);
        training.backward(used, BLOCK, gradients, false);
    }

    @TearDown
    public void close() {
        scope.close();
    }
}
