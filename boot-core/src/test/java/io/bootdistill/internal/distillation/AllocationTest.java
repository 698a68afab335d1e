package io.bootdistill.internal.distillation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BootDistiller;
import io.bootdistill.DistillationListener;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.TinyTeacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.matching.Corrector;
import io.bootdistill.matching.Matching;
import io.bootdistill.matching.OnlineSamples;
import io.bootdistill.matching.OnlineWeights;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Derivative;
import io.bootdistill.objective.Trajectories;
import io.bootdistill.phase.Consistency;
import io.bootdistill.phase.Progressive;
import io.bootdistill.selftest.RecordingDevice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** All memory is allocated before the second step, and before the second call of the same size. */
public class AllocationTest {

    private static final int WORKERS = 2;
    private static final int BATCH = 32;

    @TempDir
    Path temp;

    private Path teacherFolder;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    @BeforeEach
    void writeTeacher() throws IOException {
        teacherFolder = temp.resolve("teacher");
        TinyTeacher.write(teacherFolder, "v_prediction");
    }

    /** Trains, and reads a gauge after each step. */
    protected List<Long> train(
            Device device, Consumer<DistillationConfig.Builder> options, int steps, LongSupplier gauge) throws IOException {
        List<Long> readings = new ArrayList<>(steps);
        DistillationConfig.Builder builder = DistillationConfig.builder().objective(Bootstrap.defaults()).noCorrector()
                .batch(BATCH).block(2).lanes(3).images((long) BATCH * steps).workers(WORKERS).guidance(2)
                .heldOut(0).reportImages(Long.MAX_VALUE).checkpointImages(Long.MAX_VALUE);
        options.accept(builder);
        try (Teacher teacher = Teacher.load(teacherFolder, device)) {
            new BootDistiller(teacher).listener(new DistillationListener() {
                @Override
                public boolean shouldStop() {
                    readings.add(gauge.getAsLong());
                    return false;
                }
            }).train(builder.build()).close();
        }
        return readings;
    }

    @ParameterizedTest
    @EnumSource(value = SignalOde.Solver.class, names = "MULTISTEP", mode = EnumSource.Mode.EXCLUDE)
    void laterStepsAllocateNoDeviceMemory(SignalOde.Solver solver) throws IOException {
        requireNoLaterAllocations(config -> config.objective(Bootstrap.defaults().withSolver(solver)));
    }

    @Test
    void laterStepsOfTwoTimesAllocateNoDeviceMemory() throws IOException {
        requireNoLaterAllocations(config -> config.objective(Bootstrap.defaults().withRestartShare(0.3)));
        requireNoLaterAllocations(
                config -> config.objective(Trajectories.defaults().withEnd(0.4).withRestartShare(0.3)));
    }

    @Test
    void laterDerivativesAllocateNoDeviceMemory() throws IOException {
        requireNoLaterAllocations(builder -> builder.objective(Derivative.defaults()));
    }

    /** Nor do rounds, and steps with other grids. */
    @Test
    void laterStagesAllocateNoDeviceMemory() throws IOException {
        requireNoLaterAllocations(builder -> builder.objective(Progressive.defaults().withSteps(4, 1)));
        requireNoLaterAllocations(builder -> builder.objective(Consistency.defaults().withSteps(4, 1).withSupervised(0.25)));
    }

    /** Nor do correctors, in steps that move the student and in those that do not. */
    @Test
    void laterStepsOfCorrectorsAllocateNoDeviceMemory() throws IOException {
        Corrector own = new Corrector(0.5, 0, 10, 3e-4, 1).withOnline(new OnlineSamples.Own(1, 1));
        for (Corrector corrector : List.of(own, own.withMatching(new Matching.Through(1)),
                own.withNetwork(new OnlineWeights.Adapter(2, 4, OnlineWeights.Layers.QUERIES_AND_VALUES)))) {
            requireNoLaterAllocations(builder -> builder.corrector(corrector));
        }
    }

    private void requireNoLaterAllocations(Consumer<DistillationConfig.Builder> options) throws IOException {
        RecordingDevice device = new RecordingDevice(device());
        List<Long> allocations = train(device, options, 4, device::allocations);
        assertTrue(allocations.get(0) > 0, "the first step has allocated nothing");
        assertEquals(Collections.nCopies(4, allocations.get(0)), allocations);
    }

    @Test
    void laterCallsAllocateNoDeviceMemory() throws IOException {
        RecordingDevice device = new RecordingDevice(device());
        DistillationConfig config = DistillationConfig.builder().batch(2).images(2).workers(WORKERS).heldOut(0)
                .objective(Bootstrap.defaults().withRestartShare(0.5)).build();
        try (Teacher teacher = Teacher.load(teacherFolder, device);
                Student student = new BootDistiller(teacher).train(config)) {
            float[] noise = new float[20 * student.shape().size()];
            SampleRequest request = SampleRequest.ofNoise(noise).withConditions(new float[20]);
            student.sample(request.withSteps(3), noise.clone());
            int allocations = device.allocations();
            for (int i = 0; i < 3; i++) {
                student.sample(request.withSteps(3), noise.clone());
                student.sample(request, noise.clone());
            }
            assertEquals(allocations, device.allocations());
        }
    }
}
