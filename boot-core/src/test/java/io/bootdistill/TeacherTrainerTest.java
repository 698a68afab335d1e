package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.diffusion.InMemoryImages;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.BetaSchedule;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.sampling.Samples;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import io.bootdistill.selftest.RecordingDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Teachers made of images: what training reaches, writes, repeats and refuses. */
public class TeacherTrainerTest {

    private static final int NULL = 3;
    private static final UNetConfig NETWORK = UNetConfig.of(SyntheticImages.SHAPE, List.of(8, 8), 1, 4);
    private static final SchedulerConfig SCHEDULER = SchedulerConfig.of(BetaSchedule.LINEAR, PredictionType.EPSILON);

    @TempDir
    Path temp;

    private final ImageSource images = SyntheticImages.labelled(30, 1);

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private static TeacherTrainingConfig.Builder config() {
        return TeacherTrainingConfig.builder()
                .batch(6).block(2).lanes(2).images(6 * 8).workers(2).seed(3).nullLabel(NULL)
                .optimiser(OptimiserConfig.ofTeachers().withEmaHalfLife(10).withWarmupImages(12)).pictures(2)
                .reportImages(12).checkpointImages(24);
    }

    private TeacherTrainer trainer() {
        return new TeacherTrainer(NETWORK, SCHEDULER, device());
    }

    private static TeacherTrainingListener stopAt(long step) {
        return new TeacherTrainingListener() {
            private long done;

            @Override
            public boolean shouldStop() {
                return ++done == step;
            }
        };
    }

    private float[] predictions(Teacher teacher) {
        int n = 4;
        float[] x = Samples.noise(teacher.shape(), new long[] {1, 2, 3, 4});
        float[] f = new float[x.length];
        teacher.predict(n, x, new double[] {0, 0.2, 0.5, 0.9}, new float[] {0, 1, 2, NULL}, f);
        return f;
    }

    /** One image alone: x₀ is known at every noise level, so the loss falls far below that of any fixed guess. */
    @ParameterizedTest
    @EnumSource(PredictionType.class)
    void learnsToDenoise(PredictionType prediction) throws IOException {
        List<Double> losses = new ArrayList<>();
        TeacherTrainingConfig config = config().batch(16).block(4).images(16 * 150).learningRate(1e-2).reportImages(16 * 10)
                .checkpointImages(Long.MAX_VALUE).build();
        SchedulerConfig scheduler = SchedulerConfig.of(BetaSchedule.SQUAREDCOS_CAP_V2, prediction);
        new TeacherTrainer(NETWORK, scheduler, device()).listener(new TeacherTrainingListener() {
            @Override
            public void progress(Progress progress) {
                losses.add(progress.loss());
            }
        }).train(SyntheticImages.labelled(1, 4), config).close();
        assertEquals(15, losses.size());
        double last = losses.get(14);
        assertTrue(last < losses.get(0) / 4, prediction + ": the loss fell from " + losses.get(0) + " to " + last);
    }

    @ParameterizedTest
    @EnumSource(PredictionType.class)
    void savedTeacherPredictsTheSame(PredictionType prediction) throws IOException {
        Path saved = temp.resolve("teacher");
        SchedulerConfig scheduler = SchedulerConfig.of(BetaSchedule.SCALED_LINEAR, prediction);
        try (Teacher teacher = new TeacherTrainer(NETWORK, scheduler, device()).train(images, config().build())) {
            teacher.save(saved);
            try (Teacher loaded = Teacher.load(saved, device())) {
                assertArrayEquals(predictions(teacher), predictions(loaded));
                assertEquals(NULL, loaded.nullLabel());
                assertEquals(NETWORK, ((UNet) loaded.network()).config());
                assertEquals(scheduler, loaded.scheduler());
            }
        }
        assertTrue(Files.exists(saved.resolve("model_index.json")));
        assertTrue(Files.exists(saved.resolve("scheduler/scheduler_config.json")));
    }

    @Test
    void continuedRunEqualsOneThatWasNeverStopped() throws IOException {
        Path whole = temp.resolve("whole");
        Path parts = temp.resolve("parts");
        try (Teacher straight = trainer().train(images, config().folder(whole).build())) {
            trainer().listener(stopAt(3)).train(images, config().folder(parts).build()).close();
            trainer().listener(stopAt(2)).resume(images, parts, 1).close();
            try (Teacher resumed = trainer().resume(images, parts, 3)) {
                assertArrayEquals(predictions(straight), predictions(resumed));
            }
        }
        assertArrayEquals(
                Files.readAllBytes(whole.resolve("state.safetensors")), Files.readAllBytes(parts.resolve("state.safetensors")));
    }

    @Test
    void resultDoesNotDependOnTheNumberOfWorkers() throws IOException {
        float[][] found = new float[3][];
        for (int workers = 1; workers <= 3; workers++) {
            try (Teacher teacher = trainer().train(images, config().lanes(3).workers(workers).build())) {
                found[workers - 1] = predictions(teacher);
            }
        }
        assertArrayEquals(found[0], found[1]);
        assertArrayEquals(found[0], found[2]);
    }

    @Test
    void runWritesWhatItPromises() throws IOException {
        Path run = temp.resolve("run");
        List<Long> checkpoints = new ArrayList<>();
        try (Teacher teacher = trainer().listener(new TeacherTrainingListener() {
            @Override
            public void checkpoint(long step, Teacher averaged) {
                checkpoints.add(step);
            }
        }).train(images, config().folder(run).build());
                Teacher saved = Teacher.load(run.resolve("teacher"), device())) {
            assertArrayEquals(predictions(teacher), predictions(saved));
        }
        assertEquals(List.of(4L, 8L), checkpoints);
        List<String> metrics = Files.readAllLines(run.resolve("metrics.csv"));
        assertEquals("step,images,loss,gradient_norm,rate,images_per_second", metrics.get(0));
        assertEquals(List.of("2,12", "4,24", "6,36", "8,48"),
                metrics.stream().skip(1).map(line -> line.split(",")[0] + "," + line.split(",")[1]).toList());
        assertTrue(Files.exists(run.resolve("grids/step-0000008.png")));
        assertTrue(Files.readString(run.resolve("config.json")).contains("\"nullLabel\": 3"));
    }

    @Test
    void checkpointOfAnotherTrainingIsRefused() throws IOException {
        Path run = temp.resolve("run");
        trainer().train(images, config().images(6).folder(run).build()).close();
        ModelFormatException refused = assertThrows(
                ModelFormatException.class, () -> trainer().resume(SyntheticImages.labelled(30, 2), run, 1));
        assertTrue(refused.getMessage().contains("another set of network, scheduler and images"), refused.getMessage());
    }

    @Test
    void laterStepsAllocateNoDeviceMemory() throws IOException {
        RecordingDevice device = new RecordingDevice(device());
        List<Integer> allocations = new ArrayList<>();
        new TeacherTrainer(NETWORK, SCHEDULER, device).listener(new TeacherTrainingListener() {
            @Override
            public boolean shouldStop() {
                allocations.add(device.allocations());
                return false;
            }
        }).train(images, config().images(6 * 4).checkpointImages(Long.MAX_VALUE).build()).close();
        assertTrue(allocations.get(0) > 0);
        assertEquals(Collections.nCopies(4, allocations.get(0)), allocations);
    }

    @Test
    void divergedTrainingStops() {
        float[] values = new float[SyntheticImages.SHAPE.size()];
        Arrays.fill(values, Float.NaN);
        ImageSource broken = InMemoryImages.of(SyntheticImages.SHAPE, values, new int[1]);
        Path run = temp.resolve("run");
        assertThrows(TrainingDivergedException.class, () -> trainer().train(broken, config().folder(run).build()));
        assertFalse(Files.exists(run.resolve("state.safetensors")));
    }

    @Test
    void whatDoesNotFitIsRefused() {
        refused("the shape of the images is 1×4×16", InMemoryImages.of(
                new io.bootdistill.network.ImageShape(1, 4, 16), new byte[64], new int[1]), config().build());
        refused("the label of image 0 is -1, must be 0 … 3", SyntheticImages.unlabelled(3, 1), config().build());
        refused("the label of image 2 is 2, must be 0 … 3 without the null label 2", images, config().nullLabel(2).build());
        refused("nullLabel is 4, must be a label 0 … 3", images, config().nullLabel(4).build());
        UNetConfig unlabelled = UNetConfig.of(SyntheticImages.SHAPE, List.of(8, 8), 1, 0);
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
                () -> new TeacherTrainer(unlabelled, SCHEDULER, device()).train(images, config().build()));
        assertEquals("nullLabel is 3, must be -1: the network has no labels", refused.getMessage());
    }

    private void refused(String message, ImageSource source, TeacherTrainingConfig config) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> trainer().train(source, config));
        assertTrue(refused.getMessage().startsWith(message), refused.getMessage());
    }
}
