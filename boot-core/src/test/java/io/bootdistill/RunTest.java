package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.Limit;
import io.bootdistill.config.Phase;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.error.NotFiniteException;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.internal.sampling.Samples;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Boundary;
import io.bootdistill.objective.Delta;
import io.bootdistill.objective.DeltaSchedule;
import io.bootdistill.objective.Objective;
import io.bootdistill.objective.TimeSampling;
import io.bootdistill.objective.Trajectories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs with a folder: what they write, how they go on, what they refuse. */
public class RunTest {

    private static final long[] SEEDS = {1, 2, 3, 4, 5};
    private static final int[] LABELS = {0, 1, 2, 3, 0};

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

    private DistillationConfig.Builder config() {
        return DistillationConfig.builder()
                .batch(6).block(2).lanes(2).images(6 * 8).workers(2).seed(3)
                .heldOut(10).referenceSteps(3).reportImages(12).checkpointImages(24);
    }

    private static DistillationListener stopAt(long step) {
        return new DistillationListener() {
            private long done;

            @Override
            public boolean shouldStop() {
                return ++done == step;
            }
        };
    }

    @Test
    void continuedRunEqualsOneThatWasNeverStopped() throws IOException {
        requireSameWhenContinued(config());
    }

    /** Stopped while it regresses on trajectories, some of which it solves again, and with a target that lags behind. */
    @Test
    void continuedRunWithOptionsEqualsOneThatWasNeverStopped() throws IOException {
        Bootstrap bootstrap = Bootstrap.defaults().withSolver(SignalOde.Solver.MIDPOINT)
                .withDelta(new Delta(0.12, 0.02, DeltaSchedule.RELATIVE)).withTimes(TimeSampling.UNIFORM)
                .withBoundary(new Boundary.Hard()).withTargetEma(0.5);
        requireSameWhenContinued(
                config().phases(half(Trajectories.defaults().withSteps(3).withUses(2, 96)), half(bootstrap)).guidance(1, 3));
    }

    /** Signals of the step before, in a ring of two steps. */
    @Test
    void continuedRunOfTrajectoriesEqualsOneThatWasNeverStopped() throws IOException {
        requireSameWhenContinued(config().objective(Trajectories.defaults().withSteps(3).withUses(2, 1)));
    }

    @Test
    void continuedRunOfTwoTimesEqualsOneThatWasNeverStopped() throws IOException {
        requireSameWhenContinued(config().phases(
                half(Trajectories.defaults().withSteps(3).withEnd(0.4).withRestartShare(0.9)),
                half(Bootstrap.defaults().withRestartShare(0.9))));
    }

    private static Phase half(Objective objective) {
        return Phase.of(objective).withShare(0.5);
    }

    private void requireSameWhenContinued(DistillationConfig.Builder config) throws IOException {
        Path whole = temp.resolve("whole");
        Path parts = temp.resolve("parts");
        try (Teacher teacher = Teacher.load(teacherFolder, device());
                Student straight = new BootDistiller(teacher).train(config.folder(whole).build())) {
            new BootDistiller(teacher).listener(stopAt(3)).train(config.folder(parts).build()).close();
            new BootDistiller(teacher).listener(stopAt(2)).resume(parts, 1).close();
            try (Student resumed = new BootDistiller(teacher).resume(parts, 3)) {
                assertArrayEquals(straight.sample(SEEDS, LABELS), resumed.sample(SEEDS, LABELS));
            }
        }
        try (SafetensorsFile a = SafetensorsFile.open(whole.resolve("state.safetensors"));
                SafetensorsFile b = SafetensorsFile.open(parts.resolve("state.safetensors"))) {
            assertEquals(a.names(), b.names());
            assertEquals(a.metadata(), b.metadata());
            assertEquals("8", a.metadata().get("step"));
            for (String name : a.names()) {
                assertArrayEquals(a.floats(name), b.floats(name), name);
            }
        }
    }

    @Test
    void runWritesWhatItPromises() throws IOException {
        Path run = temp.resolve("run");
        try (Teacher teacher = Teacher.load(teacherFolder, device())) {
            new BootDistiller(teacher).train(config().folder(run).build()).close();
        }
        List<String> metrics = Files.readAllLines(run.resolve("metrics.csv"));
        assertEquals("step,images,loss,bootstrap,boundary,gradient_norm,rate,delta,images_per_second,"
                + "paired_rmse,diversity,picture_rmse", metrics.get(0));
        assertEquals(List.of("2,12", "4,24", "6,36", "8,48"),
                metrics.stream().skip(1).map(line -> line.split(",")[0] + "," + line.split(",")[1]).toList());
        assertEquals(12, metrics.get(4).split(",").length, "the last line has the quality: " + metrics.get(4));
        assertTrue(Double.parseDouble(metrics.get(4).split(",")[9]) > 0);
        assertTrue(Files.exists(run.resolve("config.json")));
        assertTrue(Files.exists(run.resolve("grids/step-0000008.png")));
        assertTrue(Files.exists(run.resolve("grids/reference.png")));
        assertTrue(Files.exists(run.resolve("student/unet/diffusion_pytorch_model.safetensors")));
    }

    @Test
    void savedStudentSamplesTheSame() throws IOException {
        for (String prediction : List.of("v_prediction", "sample", "epsilon")) {
            Path folder = temp.resolve(prediction);
            TinyTeacher.write(folder, prediction);
            Path saved = temp.resolve("student-" + prediction);
            try (Teacher teacher = Teacher.load(folder, device());
                    Student student = new BootDistiller(teacher).train(config().images(6 * 2).heldOut(0).build())) {
                student.save(saved);
                try (Student loaded = Student.load(saved, device())) {
                    Golden.values(prediction, student.sample(SEEDS, LABELS), loaded.sample(SEEDS, LABELS));
                    assertEquals(3, loaded.nullLabel());
                }
                assertThrows(ModelFormatException.class, () -> Student.load(folder, device()), "a teacher is no student");
            }
            // one step of the format's sampler from the last index is the student's sample
            try (Student loaded = Student.load(saved, device());
                    Teacher network = Teacher.load(saved, device())) {
                float[] noise = Samples.noise(network.shape(), SEEDS);
                float[] f = new float[noise.length];
                double[] last = new double[SEEDS.length];
                java.util.Arrays.fill(last, network.schedule().tMax());
                network.predict(SEEDS.length, noise, last, Samples.conditions(LABELS), f);
                Golden.values(prediction, f, loaded.sample(SampleRequest.ofNoise(noise).withLabels(LABELS)));
            }
        }
    }

    /** At each checkpoint, after its files; the student of the last one can be opened, with its time, and nothing is written. */
    @Test
    void checkpointsCanBeSampledAndOpened() throws IOException {
        Path run = temp.resolve("run");
        List<Long> steps = new ArrayList<>();
        List<float[]> samples = new ArrayList<>();
        DistillationListener listener = new DistillationListener() {
            @Override
            public void checkpoint(long step, Student student) {
                try (SafetensorsFile state = SafetensorsFile.open(run.resolve("state.safetensors"))) {
                    assertEquals(Long.toString(step), state.metadata().get("step"));
                }
                steps.add(step);
                samples.add(student.sample(SEEDS, LABELS));
            }
        };
        try (Teacher teacher = Teacher.load(teacherFolder, device());
                Student trained = new BootDistiller(teacher).listener(listener).train(config().folder(run).build())) {
            byte[] state = Files.readAllBytes(run.resolve("state.safetensors"));
            try (Student opened = new BootDistiller(teacher).open(run, 1)) {
                assertEquals(List.of(4L, 8L), steps);
                assertFalse(Arrays.equals(samples.get(0), samples.get(1)));
                assertArrayEquals(trained.sample(SEEDS, LABELS), samples.get(1));
                assertArrayEquals(trained.sample(SEEDS, LABELS), opened.sample(SEEDS, LABELS));
                double[] ends = {teacher.schedule().tMax(), teacher.schedule().tMin()};
                SampleRequest request = SampleRequest.ofSeeds(SEEDS).withLabels(LABELS);
                assertEquals(2, TrajectoryError.of(opened, teacher, null, request, ends, 2).length);
            }
            assertArrayEquals(state, Files.readAllBytes(run.resolve("state.safetensors")));
        }
    }

    @Test
    void referenceSamplesOfAnotherRunAreUsedWhereTheyFit() throws IOException {
        Path first = temp.resolve("first");
        try (Teacher teacher = Teacher.load(teacherFolder, device())) {
            assertEquals(1, preparations(teacher, config().folder(first).build()));
            Path second = Files.createDirectories(temp.resolve("second"));
            Files.copy(first.resolve("reference.safetensors"), second.resolve("reference.safetensors"));
            assertEquals(0, preparations(teacher, config().seed(4).folder(second).build()));
            Path third = Files.createDirectories(temp.resolve("third"));
            Files.copy(first.resolve("reference.safetensors"), third.resolve("reference.safetensors"));
            assertEquals(1, preparations(teacher, config().referenceSteps(4).folder(third).build()));
        }
    }

    /** What has no effect on them may differ. */
    @Test
    void referenceSamplesFitWhereTheyWouldBeTheSame() throws IOException {
        try (Teacher teacher = Teacher.load(teacherFolder, device())) {
            assertReused(true, teacher, b -> b, b -> b.clip(Limit.none()), "no limit: this scheduler has none");
            assertReused(false, teacher, b -> b, b -> b.clip(Limit.to(0.5)), "another limit");
            assertReused(true, teacher, b -> b, b -> b.nullLabel(3).negativeLabel(1), "the teacher's null label, unguided");
            assertReused(false, teacher, b -> b, b -> b.nullLabel(1), "the held-out noises have other labels");
            assertReused(true, teacher, b -> b.guidance(2), b -> b.guidance(2).negativeLabel(3), "away from the null label");
            assertReused(false, teacher, b -> b.guidance(2), b -> b.guidance(2).negativeLabel(1), "away from another");
            assertReused(false, teacher, b -> b.guidance(2), b -> b.guidance(3), "another scale");
        }
    }

    @Test
    void referenceSamplesWithAThresholdAreNotThoseWithout() throws IOException {
        TinyTeacher.write(teacherFolder, "epsilon");
        Path scheduler = teacherFolder.resolve("scheduler/scheduler_config.json");
        Files.writeString(scheduler, Files.readString(scheduler).replaceFirst("\\{", "{\"thresholding\": true,"));
        try (Teacher teacher = Teacher.load(teacherFolder, device())) {
            assertReused(false, teacher, b -> b, b -> b.clip(Limit.none()), "the scheduler's threshold, or none");
        }
    }

    private void assertReused(
            boolean expected, Teacher teacher, UnaryOperator<DistillationConfig.Builder> first,
            UnaryOperator<DistillationConfig.Builder> second, String why) throws IOException {
        Path one = Files.createTempDirectory(temp, "one");
        Path other = Files.createTempDirectory(temp, "other");
        assertEquals(1, preparations(teacher, first.apply(config().images(6)).folder(one).build()));
        Files.copy(one.resolve("reference.safetensors"), other.resolve("reference.safetensors"));
        int made = preparations(teacher, second.apply(config().images(6)).folder(other).build());
        assertEquals(expected ? 0 : 1, made, why);
    }

    private static int preparations(Teacher teacher, DistillationConfig config) throws IOException {
        AtomicInteger count = new AtomicInteger();
        DistillationListener listener = new DistillationListener() {
            @Override
            public void preparing(int done, int total) {
                count.addAndGet(done == total ? 1 : 0);
            }
        };
        new BootDistiller(teacher).listener(listener).train(config).close();
        return count.get();
    }

    @Test
    void foldersThatAreInTheWay() throws IOException {
        Path run = temp.resolve("run");
        Files.createDirectories(run);
        Files.writeString(run.resolve("mine.txt"), "mine");
        try (Teacher teacher = Teacher.load(teacherFolder, device())) {
            IOException full = assertThrows(IOException.class,
                    () -> new BootDistiller(teacher).train(config().folder(run).build()));
            assertTrue(full.getMessage().contains("not empty"), full.getMessage());
            IOException noRun = assertThrows(IOException.class, () -> new BootDistiller(teacher).resume(run, 1));
            assertTrue(noRun.getMessage().contains("no run"), noRun.getMessage());
        }
        assertEquals("mine", Files.readString(run.resolve("mine.txt")));
    }

    @Test
    void refusedRunLeavesNoFolder() throws IOException {
        Path run = temp.resolve("run");
        try (Teacher teacher = Teacher.load(teacherFolder, device())) {
            DistillationConfig refused = config().nullLabel(4).folder(run).build();
            assertThrows(IllegalArgumentException.class, () -> new BootDistiller(teacher).train(refused));
        }
        assertFalse(Files.exists(run));
    }

    @Test
    void checkpointOfAnotherTeacherIsRefused() throws IOException {
        Path run = temp.resolve("run");
        try (Teacher teacher = Teacher.load(teacherFolder, device())) {
            new BootDistiller(teacher).train(config().images(6).folder(run).build()).close();
        }
        Path other = temp.resolve("other");
        TinyTeacher.write(other, "sample");
        try (Teacher teacher = Teacher.load(other, device())) {
            ModelFormatException refused =
                    assertThrows(ModelFormatException.class, () -> new BootDistiller(teacher).resume(run, 1));
            assertTrue(refused.getMessage().contains("another teacher"), refused.getMessage());
        }
    }

    @Test
    void divergedTrainingStopsAndKeepsTheCheckpoint() throws IOException {
        Path run = temp.resolve("run");
        MixtureTeacher broken = new MixtureTeacher(new FlowSchedule(), new double[][] {{Double.NaN, 0}}, 1, false);
        BootDistiller distiller = new BootDistiller(broken, new io.bootdistill.network.Mlp(2, 8, 1, 0), device());
        TrainingDivergedException diverged = assertThrows(
                TrainingDivergedException.class, () -> distiller.train(config().heldOut(0).folder(run).build()));
        for (String part : new String[] {"the loss is NaN", "the teacher's sample of held-out noise 0 has the value NaN",
                "there is no checkpoint yet"}) {
            assertTrue(diverged.getMessage().contains(part), diverged.getMessage());
        }
        assertFalse(diverged.getMessage().contains("learning rate"), "it is not to blame");
        assertFalse(Files.exists(run.resolve("state.safetensors")));
        assertTrue(Files.exists(run.resolve("config.json")));
    }

    /** What a student is compared with is looked at before its first step. */
    @Test
    void teacherThatIsNotFiniteIsNamed() {
        MixtureTeacher broken = new MixtureTeacher(new FlowSchedule(), new double[][] {{Double.NaN, 0}}, 1, false);
        BootDistiller distiller = new BootDistiller(broken, new io.bootdistill.network.Mlp(2, 8, 1, 0), device());
        NotFiniteException refused = assertThrows(NotFiniteException.class, () -> distiller.train(config().heldOut(4).build()));
        assertTrue(refused.getMessage().startsWith("the teacher's sample of held-out noise 0 has the value NaN"),
                refused.getMessage());
    }
}
