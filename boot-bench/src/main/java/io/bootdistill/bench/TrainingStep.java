package io.bootdistill.bench;

import io.bootdistill.BootDistiller;
import io.bootdistill.DistillationConfig;
import io.bootdistill.DistillationListener;
import io.bootdistill.Teacher;
import java.io.IOException;
import java.nio.file.Path;
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

/** One training step with the default configuration, all workers. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 3)
public class TrainingStep implements DistillationListener {

    @Param("teachers/fashion-mnist-16")
    private String teacher;

    @Param("64")
    private int batch;

    /** The run waits between two steps until the benchmark asks for the next. */
    private final Semaphore asked = new Semaphore(0);
    private final Semaphore done = new Semaphore(0);
    private volatile boolean stop;
    private volatile Throwable failure;
    private Thread run;

    @Setup
    public void start() throws IOException {
        Teacher loaded = Teacher.load(Path.of(teacher));
        DistillationConfig config = DistillationConfig.builder()
                .batch(batch)
                .images(batch * 1_000_000L)
                .reportImages(Long.MAX_VALUE)
                .checkpointImages(Long.MAX_VALUE)
                .heldOut(0)
                .build();
        run = new Thread(() -> {
            try (loaded) {
                new BootDistiller(loaded).listener(this).train(config).close();
            } catch (IOException | RuntimeException | Error e) {
                failure = e;
                done.release();
            }
        });
        run.start();
        await();
    }

    @Override
    public boolean shouldStop() {
        done.release();
        asked.acquireUninterruptibly();
        return stop;
    }

    @Benchmark
    public void step() {
        asked.release();
        await();
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
