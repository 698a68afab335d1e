package io.bootdistill.bench;

import io.bootdistill.BundledTeacher;
import io.bootdistill.Teacher;
import io.bootdistill.device.Devices;
import io.bootdistill.internal.training.Checkpoint;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Writing and reading a run's checkpoint. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 15, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class CheckpointFiles {

    private static final Checkpoint.Owner OWNER = new Checkpoint.Owner("teacher", "teacher", "config");

    private Teacher teacher;
    private Checkpoint.Saved saved;
    private Path folder;
    private Path file;
    private long bytes;

    @Setup
    public void prepare() throws IOException {
        teacher = Teacher.load(BundledTeacher.folder());
        saved = new Checkpoint.Saved(
                new TrainingState(new Model(Graph.of(teacher.network()), Devices.best(), true)), Map.of());
        folder = Files.createTempDirectory("boot-bench");
        file = folder.resolve("state.safetensors");
        Checkpoint.write(file, Map.of("", saved), OWNER, () -> {});
        bytes = Files.size(file);
    }

    @Benchmark
    public void write(Work work) throws IOException {
        Checkpoint.write(file, Map.of("", saved), OWNER, () -> {});
        work.bytes += bytes;
    }

    @Benchmark
    public void read(Work work) {
        Checkpoint.read(file, "", saved, OWNER);
        work.bytes += bytes;
    }

    @TearDown
    public void delete() throws IOException {
        saved.state().close();
        teacher.close();
        Files.delete(file);
        Files.delete(folder);
    }
}
