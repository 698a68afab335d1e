package io.bootdistill.bench;

import io.bootdistill.BootDistiller;
import io.bootdistill.BundledTeacher;
import io.bootdistill.DistillationListener;
import io.bootdistill.Teacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.matching.Corrector;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Boundary;
import io.bootdistill.selftest.RecordingDevice;
import java.io.IOException;
import java.util.concurrent.Semaphore;
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

/**
 * One training step: of bootstrapping, with 64 pairs and 8 boundary samples, by the target of a solver; or the default's, with
 * the corrector. The rest of the configuration is the default.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 15, time = 1)
public class TrainingStep implements DistillationListener {

    private static final int PAIRS_AND_BOUNDARY = 72;

    /** What is trained. */
    public enum Recipe {
        HEUN,
        DDIM,
        DEFAULTS
    }

    @Param({"HEUN", "DDIM", "DEFAULTS"})
    private Recipe recipe;

    @Param("2")
    private int workers;

    /** The run waits between two steps until the benchmark asks for the next. */
    private final Semaphore asked = new Semaphore(0);
    private final Semaphore done = new Semaphore(0);
    private volatile boolean stop;
    private volatile Throwable failure;
    private Thread run;
    private double flops;

    @Setup
    public void start() throws IOException {
        RecordingDevice recording = new RecordingDevice(Devices.best());
        try (Teacher counted = Teacher.load(BundledTeacher.folder(), recording)) {
            new BootDistiller(counted).train(config(1)).close();
            flops = recording.flops();
        }
        Teacher loaded = Teacher.load(BundledTeacher.folder());
        run = new Thread(() -> {
            try (loaded) {
                new BootDistiller(loaded).listener(this).train(config(1_000_000)).close();
            } catch (IOException | RuntimeException | Error e) {
                failure = e;
                done.release();
            }
        });
        run.start();
        await();
    }

    private DistillationConfig config(long steps) {
        DistillationConfig.Builder builder = DistillationConfig.builder();
        int batch = recipe == Recipe.DEFAULTS ? builder.build().work().batch() : PAIRS_AND_BOUNDARY;
        if (recipe == Recipe.DEFAULTS) {
            builder.corrector(new Corrector(0.25, 0, 10, 3e-4, 0.5));
        } else {
            builder.noCorrector().batch(batch).objective(Bootstrap.defaults().withBoundary(new Boundary.Atom(1.0 / 9))
                    .withSolver(recipe == Recipe.HEUN ? SignalOde.Solver.HEUN : SignalOde.Solver.DDIM));
        }
        return builder
                .workers(workers)
                .images(batch * steps)
                .reportImages(Long.MAX_VALUE)
                .checkpointImages(Long.MAX_VALUE)
                .heldOut(0)
                .build();
    }

    @Override
    public boolean shouldStop() {
        done.release();
        asked.acquireUninterruptibly();
        return stop;
    }

    @Benchmark
    public void step(Work work) {
        asked.release();
        await();
        work.flops += flops;
    }

    private void await() {
        done.acquireUninterruptibly();
        if (failure != null) {
            throw new IllegalStateException("the run failed", failure);
        }
    }

    @TearDown
    public void end() throws InterruptedException {
        stop = true;
        asked.release();
        run.join();
    }
}
