package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.format.BetaSchedule;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.network.UNetConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Listeners that fail: they are logged with the cause, and the run goes on as without them. */
@Tag("fast")
class ListenerFailureTest {

    private static final long[] SEEDS = {1, 2, 3};
    private static final int[] LABELS = {0, 1, 2};

    @TempDir
    Path temp;

    private final Device device = Devices.named("reference");

    /** What a listener throws at each of its calls. */
    private static final class Failure extends RuntimeException {

        private static final long serialVersionUID = 1;

        Failure(String call) {
            super("my " + call);
        }
    }

    private static final class Failing implements DistillationListener {

        @Override
        public void started(DistillationConfig config, long firstStep) {
            throw new Failure("started");
        }

        @Override
        public void preparing(int done, int total) {
            throw new Failure("preparing");
        }

        @Override
        public void progress(Progress progress) {
            throw new Failure("progress");
        }

        @Override
        public void quality(Quality quality) {
            throw new Failure("quality");
        }

        @Override
        public void checkpoint(long step, Student student) {
            throw new Failure("checkpoint");
        }

        @Override
        public boolean shouldStop() {
            throw new Failure("shouldStop");
        }
    }

    private static final class FailingTeaching implements TeacherTrainingListener {

        @Override
        public void started(TeacherTrainingConfig config, long firstStep) {
            throw new Failure("started");
        }

        @Override
        public void progress(Progress progress) {
            throw new Failure("progress");
        }

        @Override
        public void checkpoint(long step, Teacher teacher) throws IOException {
            throw new IOException("my checkpoint");
        }

        @Override
        public boolean shouldStop() {
            throw new Failure("shouldStop");
        }
    }

    /** What is logged by a run. */
    private static String logged(Run run) throws IOException {
        PrintStream before = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            run.run();
        } finally {
            System.setErr(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @FunctionalInterface
    private interface Run {
        void run() throws IOException;
    }

    private static void requireLogged(String log, String... calls) {
        for (String call : calls) {
            assertTrue(log.contains("WARN"), log);
            assertTrue(log.contains("failed at " + call), call + " in " + log);
            assertTrue(log.contains("my " + call), "the cause of " + call + " in " + log);
        }
    }

    @Test
    void distillationGoesOn() throws IOException {
        TinyTeacher.write(temp.resolve("teacher"), "v_prediction");
        DistillationConfig config = DistillationConfig.builder().batch(4).block(2).lanes(2).images(4 * 4).workers(2)
                .heldOut(4).referenceSteps(2).reportImages(4).checkpointImages(8).build();
        try (Teacher teacher = Teacher.load(temp.resolve("teacher"), device);
                Student expected = new BootDistiller(teacher).train(config)) {
            requireLogged(logged(() -> {
                try (Student found = new BootDistiller(teacher).listener(new Failing()).train(config)) {
                    assertArrayEquals(expected.sample(SEEDS, LABELS), found.sample(SEEDS, LABELS));
                }
            }), "started", "preparing", "progress", "quality", "checkpoint", "shouldStop");
        }
    }

    @Test
    void teachersTrainingGoesOn() throws IOException {
        UNetConfig network = UNetConfig.of(SyntheticImages.SHAPE, List.of(8, 8), 1, 4);
        SchedulerConfig scheduler = SchedulerConfig.of(BetaSchedule.LINEAR, PredictionType.EPSILON);
        TeacherTrainingConfig config = TeacherTrainingConfig.builder().batch(4).block(2).lanes(2).images(4 * 4).workers(2)
                .reportImages(4).checkpointImages(8).build();
        try (Teacher expected = new TeacherTrainer(network, scheduler, device).train(SyntheticImages.labelled(9, 1), config)) {
            requireLogged(logged(() -> {
                try (Teacher found = new TeacherTrainer(network, scheduler, device).listener(new FailingTeaching())
                        .train(SyntheticImages.labelled(9, 1), config)) {
                    assertArrayEquals(JointTrainerTest.predictions(expected), JointTrainerTest.predictions(found));
                }
            }), "started", "progress", "checkpoint", "shouldStop");
        }
    }

    /** What is no exception ends the run: it is no fault of the listener's alone. */
    @Test
    void errorsEndTheRun() throws IOException {
        TinyTeacher.write(temp.resolve("teacher"), "v_prediction");
        DistillationConfig config =
                DistillationConfig.builder().batch(4).block(2).images(4 * 2).heldOut(0).reportImages(4).build();
        try (Teacher teacher = Teacher.load(temp.resolve("teacher"), device)) {
            BootDistiller distiller = new BootDistiller(teacher).listener(new DistillationListener() {
                @Override
                public void progress(Progress progress) {
                    throw new AssertionError("mine");
                }
            });
            assertEquals("mine", assertThrows(AssertionError.class, () -> distiller.train(config)).getMessage());
        }
    }
}
