package io.bootdistill;

import static io.bootdistill.JointTrainerTest.LABELS;
import static io.bootdistill.JointTrainerTest.SEEDS;
import static io.bootdistill.JointTrainerTest.after;
import static io.bootdistill.JointTrainerTest.config;
import static io.bootdistill.JointTrainerTest.predictions;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.JointConfig;
import io.bootdistill.config.Phase;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.error.BootDistillException;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.network.ImageShape;
import io.bootdistill.outside.FirstGuess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Joint runs with a folder: what they write, how they go on. */
public class JointRunTest {

    @TempDir
    Path temp;

    private final ImageSource images = SyntheticImages.labelled(30, 1);

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private JointTrainer trainer() {
        return new JointTrainer(JointTrainerTest.NETWORK, JointTrainerTest.SCHEDULER, device());
    }

    private static TeacherTrainingListener stopAt(long step) {
        long[] done = new long[1];
        return after(() -> ++done[0] == step);
    }

    /** Stopped before the student's first step, in its regression on trajectories, beside the corrector, and alone. */
    @Test
    void continuedRunEqualsOneThatWasNeverStopped() throws IOException {
        Path whole = temp.resolve("whole");
        Path parts = temp.resolve("parts");
        JointConfig.Builder config = config().studentStart(0.375); // steps 4 … 9 of 9; the teacher has 8
        try (TrainedPair straight = trainer().train(images, config.folder(whole).build())) {
            try (TrainedPair first =
                    trainer().teacherListener(stopAt(2)).train(images, config.folder(parts).build())) {
                assertNull(first.student());
            }
            for (int steps : new int[] {1, 2, 1, 2}) { // to 3, 5, 6, 8
                trainer().teacherListener(stopAt(steps)).resume(images, parts, steps).close();
            }
            try (TrainedPair resumed = trainer().resume(images, parts, 3)) {
                assertArrayEquals(predictions(straight.teacher()), predictions(resumed.teacher()));
                assertArrayEquals(straight.student().sample(SEEDS, LABELS), resumed.student().sample(SEEDS, LABELS));
            }
        }
        assertArrayEquals(
                Files.readAllBytes(whole.resolve("state.safetensors")), Files.readAllBytes(parts.resolve("state.safetensors")));
    }

    @Test
    void runWritesWhatItPromises() throws IOException {
        Path run = temp.resolve("run");
        try (TrainedPair pair = trainer().train(images, config().folder(run).build());
                Teacher teacher = Teacher.load(run.resolve("teacher/teacher"), device());
                Student student = Student.load(run.resolve("student/student"), device())) {
            assertArrayEquals(predictions(pair.teacher()), predictions(teacher));
            Golden.values("student", pair.student().sample(SEEDS, LABELS), student.sample(SEEDS, LABELS));
        }
        assertEquals(List.of("step", "2", "4", "6", "8"), steps(run.resolve("teacher")));
        assertEquals(List.of("step", "2", "4", "6"), steps(run.resolve("student")));
        for (String file : new String[] {
            "config.json", "state.safetensors", "teacher/config.json", "student/config.json", "teacher/grids/step-0000008.png",
            "student/grids/step-0000006.png", "student/grids/reference.png"
        }) {
            assertTrue(Files.exists(run.resolve(file)), file);
        }
        assertFalse(Files.exists(run.resolve("student/reference.safetensors")), "of a teacher that has moved since");
    }

    /** An objective that is not of the library is read by its example. */
    @Test
    void runTowardsAnotherObjectiveGoesOn() throws IOException {
        Path run = temp.resolve("run");
        JointConfig.Builder config = config();
        DistillationConfig student = config.build().student().toBuilder().noCorrector()
                .phases(Phase.of(new FirstGuess(2)).withWeighting(ResidualWeighting.NONE)).build();
        config.student(student);
        trainer().teacherListener(stopAt(5)).train(images, config.folder(run).build()).close();
        BootDistillException refused = assertThrows(BootDistillException.class, () -> trainer().resume(images, run, 1));
        assertTrue(refused.getMessage().contains("firstGuess"), refused.getMessage());
        try (TrainedPair straight = trainer().train(images, config.folder(null).build());
                TrainedPair resumed = trainer().objectives(new FirstGuess(1)).resume(images, run, 1)) {
            assertArrayEquals(straight.student().sample(SEEDS, LABELS), resumed.student().sample(SEEDS, LABELS));
        }
    }

    /** What does not fit is refused before anything is written, so that the run can be begun again there. */
    @Test
    void refusedRunLeavesNoFolder() throws IOException {
        Path run = temp.resolve("run");
        JointConfig config = config().folder(run).build();
        JointConfig refused = JointConfig.builder().teacher(config.teacher().toBuilder().nullLabel(-1).build())
                .student(config.student()).folder(run).build(); // guided without a null label
        assertThrows(IllegalArgumentException.class, () -> trainer().train(images, refused));
        assertFalse(Files.exists(run));
        trainer().teacherListener(stopAt(1)).train(images, config).close();
        assertTrue(Files.exists(run.resolve("config.json")));
    }

    private static List<String> steps(Path part) throws IOException {
        return Files.readAllLines(part.resolve("metrics.csv")).stream().map(line -> line.split(",")[0]).toList();
    }

    /** The images break after the sixth step; the last checkpoint is of the fourth, before the student's first. */
    @Test
    void divergedTrainingKeepsTheCheckpoint() throws IOException {
        Path run = temp.resolve("run");
        boolean[] broken = new boolean[1];
        ImageSource source = new ImageSource() {
            @Override
            public ImageShape shape() {
                return images.shape();
            }

            @Override
            public int count() {
                return images.count();
            }

            @Override
            public int label(int index) {
                return images.label(index);
            }

            @Override
            public void read(int index, float[] values, int offset) {
                images.read(index, values, offset);
                values[offset] = broken[0] ? Float.NaN : values[offset];
            }
        };
        int[] done = new int[1];
        JointTrainer breaking = trainer().teacherListener(after(() -> {
            broken[0] = ++done[0] == 6;
            return false;
        }));
        TrainingDivergedException diverged = assertThrows(
                TrainingDivergedException.class, () -> breaking.train(source, config().folder(run).build()));
        assertTrue(diverged.getMessage().contains(run + " is intact"), diverged.getMessage());
        broken[0] = false;
        try (TrainedPair straight = trainer().train(images, config().build());
                TrainedPair resumed = trainer().resume(source, run, 2)) {
            assertArrayEquals(straight.student().sample(SEEDS, LABELS), resumed.student().sample(SEEDS, LABELS));
        }
    }
}
