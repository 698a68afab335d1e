package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.JointConfig;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.format.BetaSchedule;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.network.UNetConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs that are stopped: within a step, with a checkpoint from which they go on as if they had not been. */
class StopTest {

    private static final int NULL = 3;
    private static final long STEPS = 6;
    private static final UNetConfig NETWORK = UNetConfig.of(SyntheticImages.SHAPE, List.of(8, 8), 1, 4);
    private static final SchedulerConfig SCHEDULER =
            SchedulerConfig.of(BetaSchedule.SQUAREDCOS_CAP_V2, PredictionType.V_PREDICTION);

    /** Who stops a run. */
    private enum Who { HANDLE, LISTENER, INTERRUPT }

    @TempDir
    Path temp;

    private final Device device = Devices.named("reference");
    private final ImageSource images = SyntheticImages.labelled(30, 1);
    private final RunHandle handle = new RunHandle();
    private final AtomicBoolean asked = new AtomicBoolean();

    @AfterEach
    void forgetInterrupts() {
        Thread.interrupted();
    }

    private void stop(Who who) {
        switch (who) {
            case HANDLE -> stopFromAnotherThread();
            case LISTENER -> asked.set(true);
            case INTERRUPT -> Thread.currentThread().interrupt();
        }
    }

    private void stopFromAnotherThread() {
        Thread other = new Thread(handle::stop);
        other.start();
        try {
            other.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static TeacherTrainingConfig.Builder teaching() {
        return TeacherTrainingConfig.builder().batch(4).block(2).lanes(2).images(4 * STEPS).workers(2).seed(3).nullLabel(NULL)
                .pictures(2).reportImages(4).checkpointImages(4 * STEPS);
    }

    private static DistillationConfig.Builder distillation() {
        return DistillationConfig.builder().batch(4).block(2).lanes(2).images(4 * STEPS).workers(2).seed(3)
                .heldOut(4).referenceSteps(2).reportImages(4).checkpointImages(4 * STEPS);
    }

    private static JointConfig.Builder joint() {
        return JointConfig.builder().teacher(teaching().build()).student(distillation().build()).studentStart(0);
    }

    /** Stops a student's run at the report of its second step. */
    private DistillationListener student(Who who) {
        return new DistillationListener() {
            @Override
            public void progress(Progress progress) {
                if (progress.step() == 2) {
                    stop(who);
                }
            }

            @Override
            public boolean shouldStop() {
                return asked.get();
            }
        };
    }

    private TeacherTrainingListener teacher(Who who) {
        return new TeacherTrainingListener() {
            @Override
            public void progress(Progress progress) {
                if (progress.step() == 2) {
                    stop(who);
                }
            }

            @Override
            public boolean shouldStop() {
                return asked.get();
            }
        };
    }

    /** The run has ended after its third step; then another goes on, to the end of one that was never stopped. */
    private void requireStopped(Who who, String step, Path whole, Path parts, Resumption resumption) throws IOException {
        assertEquals(who == Who.INTERRUPT, Thread.interrupted(), "the interrupt is the caller's");
        try (SafetensorsFile state = SafetensorsFile.open(parts.resolve("state.safetensors"))) {
            assertEquals("3", state.metadata().get(step));
        }
        resumption.resume();
        assertArrayEquals(
                Files.readAllBytes(whole.resolve("state.safetensors")), Files.readAllBytes(parts.resolve("state.safetensors")));
    }

    /** What goes on with a run. */
    @FunctionalInterface
    private interface Resumption {
        void resume() throws IOException;
    }

    private Teacher tinyTeacher() throws IOException {
        Path folder = temp.resolve("teacher");
        TinyTeacher.write(folder, "v_prediction");
        return Teacher.load(folder, device);
    }

    @ParameterizedTest
    @EnumSource(Who.class)
    void studentsAreStopped(Who who) throws IOException {
        Path whole = temp.resolve("whole");
        Path parts = temp.resolve("parts");
        try (Teacher teacher = tinyTeacher()) {
            new BootDistiller(teacher).train(distillation().folder(whole).build()).close();
            new BootDistiller(teacher).handle(handle).listener(student(who))
                    .train(distillation().folder(parts).build()).close();
            requireStopped(who, "step", whole, parts, () -> new BootDistiller(teacher).resume(parts, 1).close());
        }
    }

    @ParameterizedTest
    @EnumSource(Who.class)
    void teachersAreStopped(Who who) throws IOException {
        Path whole = temp.resolve("whole");
        Path parts = temp.resolve("parts");
        trainer().train(images, teaching().folder(whole).build()).close();
        trainer().handle(handle).listener(teacher(who)).train(images, teaching().folder(parts).build()).close();
        requireStopped(who, "step", whole, parts, () -> trainer().resume(images, parts, 1).close());
    }

    private TeacherTrainer trainer() {
        return new TeacherTrainer(NETWORK, SCHEDULER, device);
    }

    @ParameterizedTest
    @EnumSource(Who.class)
    void jointRunsAreStoppedByEitherListener(Who who) throws IOException {
        Path whole = temp.resolve("whole");
        Path parts = temp.resolve("parts");
        Path others = temp.resolve("others");
        jointTrainer().train(images, joint().folder(whole).build()).close();
        jointTrainer().handle(handle).studentListener(student(who)).train(images, joint().folder(parts).build()).close();
        requireStopped(who, "student.step", whole, parts, () -> jointTrainer().resume(images, parts, 1).close());
        asked.set(false);
        RunHandle unused = new RunHandle();
        jointTrainer().handle(who == Who.HANDLE ? handle : unused).teacherListener(teacher(who))
                .train(images, joint().folder(others).build()).close();
        assertEquals(who == Who.INTERRUPT, Thread.interrupted());
        try (SafetensorsFile state = SafetensorsFile.open(others.resolve("state.safetensors"))) {
            assertEquals(who == Who.HANDLE ? "1" : "3", state.metadata().get("teacher.step"), "a handle stays stopped");
        }
    }

    private JointTrainer jointTrainer() {
        return new JointTrainer(NETWORK, SCHEDULER, device);
    }

    /** Its memory is the run's, too. Who is told of a run cannot wait for its end. */
    @Test
    @Timeout(60)
    void closingATeacherWaitsForItsRun() throws Exception {
        Teacher teacher = tinyTeacher();
        Thread closing = new Thread(teacher::close);
        List<Long> steps = new ArrayList<>();
        new BootDistiller(teacher).listener(new DistillationListener() {
            @Override
            public void progress(Progress progress) {
                steps.add(progress.step());
                assertThrows(IllegalStateException.class, teacher::close);
                if (progress.step() == 2) {
                    closing.start();
                    while (closing.getState() != Thread.State.WAITING) {
                        Thread.onSpinWait();
                    }
                }
            }
        }).train(distillation().build()).close();
        assertEquals(STEPS, steps.size());
        closing.join();
        BootDistiller distiller = new BootDistiller(teacher);
        assertThrows(IllegalStateException.class, () -> distiller.train(distillation().build()));
    }

    /** Reference samples may take hours: a run that is stopped meanwhile makes none of the portions that are left, and no step. */
    @ParameterizedTest
    @EnumSource(value = Who.class, names = {"HANDLE", "INTERRUPT"})
    void endsWhileReferenceSamplesAreMade(Who who) throws IOException {
        Path run = temp.resolve("run");
        List<Integer> portions = new ArrayList<>();
        DistillationListener stopping = new DistillationListener() {
            @Override
            public void preparing(int done, int total) {
                portions.add(done);
                if (done == 100) {
                    stop(who);
                }
            }
        };
        try (Teacher teacher = tinyTeacher()) {
            BootDistiller distiller = new BootDistiller(teacher).handle(handle).listener(stopping);
            DistillationConfig config = distillation().heldOut(300).folder(run).build();
            assertThrows(CancellationException.class, () -> distiller.train(config));
        }
        assertEquals(who == Who.INTERRUPT, Thread.interrupted(), "the interrupt is the caller's");
        assertEquals(List.of(0, 100), portions);
        assertFalse(Files.exists(run.resolve("state.safetensors")));
    }

    /** Within a portion, too: after a step of a block. */
    @Test
    @Timeout(60)
    void handleEndsAPortionOfReferenceSamples() throws Exception {
        FutureTask<Void> stopping = new FutureTask<>(() -> {
            Thread.sleep(500);
            handle.stop();
            return null;
        });
        try (Teacher teacher = tinyTeacher()) {
            DistillationConfig config = distillation().heldOut(100).referenceSteps(10_000).build();
            new Thread(stopping).start();
            assertThrows(CancellationException.class, () -> new BootDistiller(teacher).handle(handle).train(config));
            stopping.get();
        }
    }

    /** It has its files before the first step, that of the step, and goes on although its thread is still interrupted. */
    @Test
    void interruptedThreadsRunAStep() throws IOException {
        Path run = temp.resolve("run");
        try (Teacher teacher = tinyTeacher()) {
            Thread.currentThread().interrupt();
            new BootDistiller(teacher).train(distillation().heldOut(0).folder(run).build()).close();
            new BootDistiller(teacher).resume(run, 1).close();
            assertTrue(Thread.interrupted());
        }
        assertEquals(List.of("step", "1", "2"),
                Files.readAllLines(run.resolve("metrics.csv")).stream().map(line -> line.split(",")[0]).toList());
        assertTrue(Files.exists(run.resolve("student/model_index.json")));
    }

    /** A run without a folder returns what it has: that of one step, whose rate does not depend on the length of the run. */
    @Test
    void stoppedRunReturnsWhatItHas() throws IOException {
        try (Teacher teacher = tinyTeacher()) {
            handle.stop();
            try (Student once = new BootDistiller(teacher).handle(handle).train(distillation().heldOut(0).build());
                    Student whole = new BootDistiller(teacher).train(distillation().heldOut(0).images(4).build())) {
                assertTrue(handle.isStopped());
                assertArrayEquals(whole.sample(new long[] {1}, new int[] {1}), once.sample(new long[] {1}, new int[] {1}));
            }
        }
    }
}
