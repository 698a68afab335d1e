package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.JointConfig;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.BetaSchedule;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.network.UNetConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever breaks off a run: once it has gone on, its folder is, file by file, that of one which nothing disturbed. */
class DurableRunTest {

    private static final int NULL = 3;
    private static final long STEPS = 6;
    private static final UNetConfig NETWORK = UNetConfig.of(SyntheticImages.SHAPE, List.of(8, 8), 1, 4);
    private static final SchedulerConfig SCHEDULER =
            SchedulerConfig.of(BetaSchedule.SQUAREDCOS_CAP_V2, PredictionType.V_PREDICTION);

    @TempDir
    Path temp;

    private final Device device = Devices.named("reference");
    private final ImageSource images = SyntheticImages.labelled(30, 1);
    private Path whole;
    private Path broken;

    @BeforeEach
    void write() throws IOException {
        TinyTeacher.write(temp.resolve("tiny"), "v_prediction");
        whole = temp.resolve("whole");
        broken = temp.resolve("broken");
    }

    private Teacher teacher() {
        return Teacher.load(temp.resolve("tiny"), device);
    }

    private static DistillationConfig.Builder distillation() {
        return DistillationConfig.builder().batch(4).block(2).lanes(2).images(4 * STEPS).workers(1).seed(3)
                .heldOut(4).referenceSteps(2).reportImages(4).checkpointImages(8);
    }

    private static TeacherTrainingConfig.Builder teaching() {
        return TeacherTrainingConfig.builder().batch(4).block(2).lanes(2).images(4 * STEPS).workers(1).seed(3).nullLabel(NULL)
                .pictures(2).reportImages(4).checkpointImages(8);
    }

    private static JointConfig.Builder joint() {
        return JointConfig.builder().teacher(teaching().build()).student(distillation().build()).studentStart(0);
    }

    private TeacherTrainer trainer() {
        return new TeacherTrainer(NETWORK, SCHEDULER, device);
    }

    private JointTrainer jointTrainer() {
        return new JointTrainer(NETWORK, SCHEDULER, device);
    }

    /** Puts something in the way of a file or folder; what lies there is set aside. */
    private void obstruct(String name, boolean asFolder) {
        try {
            Path place = broken.resolve(name);
            if (Files.exists(place)) {
                Files.move(place, temp.resolve("kept"));
            }
            if (asFolder) {
                Files.createDirectories(place.resolve("obstacle"));
            } else {
                Files.createFile(place);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void clear(String name) throws IOException {
        Path place = broken.resolve(name);
        if (Files.isDirectory(place)) {
            Files.delete(place.resolve("obstacle"));
        }
        Files.delete(place);
        if (Files.exists(temp.resolve("kept"))) {
            Files.move(temp.resolve("kept"), place);
        }
    }

    /** At the first checkpoint, after step 2, and at a later one. */
    @ParameterizedTest
    @CsvSource({
        "student, false, 1", "grids, false, 1", "state.safetensors, true, 1", "metrics.csv, true, 1", "student, false, 3",
        "state.safetensors, true, 3", "metrics.csv, true, 3", "student, false, 5", "state.safetensors, true, 5"})
    void distillationGoesOnFromABrokenCheckpoint(String name, boolean asFolder, long step) throws IOException {
        try (Teacher teacher = teacher()) {
            new BootDistiller(teacher).train(distillation().folder(whole).build()).close();
            DistillationListener obstructing = new DistillationListener() {
                @Override
                public void progress(Progress progress) {
                    if (progress.step() == step) {
                        obstruct(name, asFolder);
                    }
                }
            };
            BootDistiller distiller = new BootDistiller(teacher).listener(obstructing);
            assertThrows(IOException.class, () -> distiller.train(distillation().folder(broken).build()));
            clear(name);
            new BootDistiller(teacher).resume(broken, 2).close();
        }
        SameRun.assertSame(whole, broken);
    }

    @ParameterizedTest
    @CsvSource({"teacher, false, 1", "state.safetensors, true, 1", "state.safetensors, true, 5", "teacher, false, 5"})
    void trainingOfATeacherGoesOnFromABrokenCheckpoint(String name, boolean asFolder, long step) throws IOException {
        trainer().train(images, teaching().folder(whole).build()).close();
        TeacherTrainer broke = trainer().listener(new TeacherTrainingListener() {
            @Override
            public void progress(Progress progress) {
                if (progress.step() == step) {
                    obstruct(name, asFolder);
                }
            }
        });
        assertThrows(IOException.class, () -> broke.train(images, teaching().folder(broken).build()));
        clear(name);
        TeacherTrainer.ofRun(broken, device).resume(images, broken, 2).close();
        SameRun.assertSame(whole, broken);
    }

    @ParameterizedTest
    @CsvSource({"student/student, false, 1", "state.safetensors, true, 1", "state.safetensors, true, 5",
            "teacher/teacher, false, 5",
        "student/student, false, 5"})
    void jointRunGoesOnFromABrokenCheckpoint(String name, boolean asFolder, long step) throws IOException {
        jointTrainer().train(images, joint().folder(whole).build()).close();
        JointTrainer broke = jointTrainer().studentListener(new DistillationListener() {
            @Override
            public void progress(Progress progress) {
                if (progress.step() == step) {
                    obstruct(name, asFolder);
                }
            }
        });
        assertThrows(IOException.class, () -> broke.train(images, joint().folder(broken).build()));
        clear(name);
        jointTrainer().resume(images, broken, 2).close();
        SameRun.assertSame(whole, broken);
    }

    /** The same command once more begins anew, and so does --resume. */
    @Test
    void whatEndedBeforeItsFirstStepBlocksNothing() throws IOException {
        RunHandle handle = new RunHandle();
        handle.stop();
        try (Teacher teacher = teacher()) {
            new BootDistiller(teacher).train(distillation().folder(whole).build()).close();
            BootDistiller stopped = new BootDistiller(teacher).handle(handle);
            assertThrows(CancellationException.class, () -> stopped.train(distillation().seed(4).folder(broken).build()));
            assertThrows(CancellationException.class, () -> stopped.train(distillation().folder(broken).build()));
            new BootDistiller(teacher).resume(broken, 1).close();
        }
        SameRun.assertSame(whole, broken);
    }

    @Test
    void secondRunInAFolderIsRefused() throws IOException {
        AtomicReference<IOException> refused = new AtomicReference<>();
        try (Teacher teacher = teacher()) {
            new BootDistiller(teacher).listener(new DistillationListener() {
                @Override
                public void checkpoint(long step, Student student) {
                    refused.set(assertThrows(IOException.class, () -> new BootDistiller(teacher).resume(broken, 1)));
                }
            }).train(distillation().folder(broken).build()).close();
            assertTrue(refused.get().getMessage().contains("is another run's, which has not ended"), refused.get().getMessage());
            new BootDistiller(teacher).resume(broken, 1).close();
        }
    }

    @Test
    void secondJointRunInAFolderIsRefused() throws IOException {
        AtomicReference<IOException> refused = new AtomicReference<>();
        jointTrainer().train(images, joint().folder(broken).build()).close();
        DistillationListener starting = new DistillationListener() {
            @Override
            public void started(DistillationConfig config, long firstStep) {
                refused.set(assertThrows(IOException.class, () -> jointTrainer().resume(images, broken, 1)));
            }
        };
        jointTrainer().studentListener(starting).resume(images, broken, 1).close();
        assertTrue(refused.get().getMessage().contains("is another run's, which has not ended"), refused.get().getMessage());
    }

    @Test
    void stateIsOfItsConfiguration() throws IOException {
        Path config = broken.resolve("config.json");
        try (Teacher teacher = teacher()) {
            new BootDistiller(teacher).train(distillation().folder(broken).build()).close();
            String text = Files.readString(config);
            Files.writeString(config, text.replace("\"seed\": 3", "\"seed\": 4"));
            ModelFormatException refused =
                    assertThrows(ModelFormatException.class, () -> new BootDistiller(teacher).resume(broken, 1));
            assertTrue(refused.getMessage().contains("belongs to another configuration"), refused.getMessage());

            Files.writeString(config, text.replace("\"images\": 24", "\"images\": 32"));
            new BootDistiller(teacher).resume(broken, 1).close(); // longer than it was to be
            assertTrue(Files.readString(broken.resolve("metrics.csv")).contains("\n8,32,"));
        }
    }

    /** A run whose folder is taken away has not succeeded. */
    @Test
    void removedFolderEndsARun() throws IOException {
        try (Teacher teacher = teacher()) {
            BootDistiller distiller = new BootDistiller(teacher).listener(new DistillationListener() {
                @Override
                public void checkpoint(long step, Student student) {
                    try {
                        Files.move(broken, temp.resolve("moved"));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            });
            IOException refused = assertThrows(IOException.class, () -> distiller.train(distillation().folder(broken).build()));
            assertTrue(refused.getMessage().contains("is no longer there"), refused.getMessage());
            new BootDistiller(teacher).resume(temp.resolve("moved"), 1).close();
        }
    }

    /** What somebody puts beside a model stays there. */
    @Test
    void strayFileEndsNothing() throws IOException {
        trainer().listener(new TeacherTrainingListener() {
            @Override
            public void checkpoint(long step, Teacher teacher) {
                try {
                    Files.writeString(broken.resolve("teacher/unet/notes"), "precious");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }).train(images, teaching().folder(broken).build()).close();
        assertEquals("precious", Files.readString(broken.resolve("teacher/unet/notes")));
    }
}
