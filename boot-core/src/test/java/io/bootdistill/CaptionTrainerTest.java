package io.bootdistill;

import static io.bootdistill.format.RawFiles.assertMessage;
import static io.bootdistill.format.RawFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.config.TextEncoderMode;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.CaptionedImages;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.format.BetaSchedule;
import io.bootdistill.format.Images;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.metric.PairedError;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.UNetConfig;
import io.bootdistill.selftest.RecordingDevice;
import io.bootdistill.text.CaptionFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Teachers of prompts made of captioned pictures: what training reaches, writes, repeats and refuses. */
@Tag("fast")
public class CaptionTrainerTest {

    private static final String UNET = "unet/diffusion_pytorch_model.safetensors";
    private static final String TEXT = "text_encoder/model.safetensors";
    private static final DrawRequest DRAW = DrawRequest.ofPrompts("a red picture").withSteps(2).withSeed(4);

    @TempDir
    Path temp;

    private final CaptionedImages images = new CaptionedPictures(5, 1);
    private Path pipeline;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    @BeforeEach
    void writePipeline() throws IOException {
        pipeline = TinyPipeline.write(temp.resolve("pipeline"));
    }

    private static TeacherTrainingConfig.Builder config(TextEncoderMode text) {
        return TeacherTrainingConfig.builder().batch(2).block(1).lanes(2).images(2 * 4).workers(2).seed(3).textEncoder(text)
                .optimiser(OptimiserConfig.ofTeachers().withEmaHalfLife(2).withWarmupImages(0)).pictures(0)
                .reportImages(2).checkpointImages(Long.MAX_VALUE);
    }

    private CaptionTrainer trainer() {
        return new CaptionTrainer(pipeline, device());
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

    private static TeacherTrainingListener losses(List<Double> losses) {
        return new TeacherTrainingListener() {
            @Override
            public void progress(Progress progress) {
                losses.add(progress.loss());
            }
        };
    }

    /** The same picture all the time, from random weights: the loss falls below what it was. */
    @ParameterizedTest
    @EnumSource
    void lossFalls(TextEncoderMode text) throws IOException {
        List<Double> losses = new ArrayList<>();
        TeacherTrainingConfig config = config(text).batch(4).images(4 * 16).learningRate(4e-3).reportImages(4 * 4).build();
        trainer().randomWeights().listener(losses(losses)).train(new CaptionedPictures(1, 1), config).close();
        assertEquals(4, losses.size());
        assertTrue(losses.stream().allMatch(Double::isFinite));
        assertTrue(losses.get(3) < 0.7 * losses.get(0), "the loss fell from " + losses.get(0) + " to " + losses.get(3));
    }

    @ParameterizedTest
    @EnumSource
    void continuedRunEqualsOneThatWasNeverStopped(TextEncoderMode text) throws IOException {
        Path whole = temp.resolve("whole");
        Path parts = temp.resolve("parts");
        try (Teacher straight = trainer().train(images, config(text).folder(whole).build())) {
            trainer().listener(stopAt(2)).train(images, config(text).folder(parts).build()).close();
            assertTrue(CaptionTrainer.isRun(parts));
            assertRefused(() -> trainer().resume(new CaptionedPictures(5, 2), parts, 1),
                    "another set of pipeline, pictures and captions");
            try (Teacher resumed = new CaptionTrainer(parts.resolve("teacher"), device()).resume(images, parts, 1)) {
                assertArrayEquals(straight.latents(DRAW, null), resumed.latents(DRAW, null));
            }
        }
        for (String file : List.of("state.safetensors", "teacher/" + UNET, "teacher/" + TEXT)) {
            assertArrayEquals(Files.readAllBytes(whole.resolve(file)), Files.readAllBytes(parts.resolve(file)), file);
        }
    }

    /** A whole folder: what is trained has changed, all else is as it was, and it draws as the teacher in memory does. */
    @ParameterizedTest
    @EnumSource
    void writesAWholePipeline(TextEncoderMode text) throws IOException {
        Path run = temp.resolve("run");
        Path saved = temp.resolve("saved");
        List<Integer> prepared = Collections.synchronizedList(new ArrayList<>());
        TeacherTrainingListener listener = new TeacherTrainingListener() {
            @Override
            public void preparing(int done, int count) {
                prepared.add(100 * count + done);
            }
        };
        try (Teacher teacher = trainer().listener(listener).train(images, config(text).pictures(1).folder(run).build())) {
            teacher.save(saved);
            try (Teacher loaded = Teacher.load(saved, device()); Teacher before = Teacher.load(pipeline, device())) {
                assertArrayEquals(teacher.latents(DRAW, null), loaded.latents(DRAW, null));
                assertTrue(PairedError.rmse(before.latents(DRAW, null), loaded.latents(DRAW, null)) > 1e-4);
                assertEquals(new ImageShape(3, 16, 16), loaded.picture(DRAW));
                assertEquals(1, loaded.images(DRAW).size());
            }
        }
        assertEquals(List.of(505), prepared);
        Set<String> changed = text == TextEncoderMode.TRAINED ? Set.of(UNET, TEXT) : Set.of(UNET);
        assertEquals(files(pipeline), files(saved));
        for (String file : files(pipeline)) {
            boolean same = Files.mismatch(pipeline.resolve(file), saved.resolve(file)) < 0;
            assertEquals(!changed.contains(file), same, file);
            assertEquals(-1, Files.mismatch(saved.resolve(file), run.resolve("teacher").resolve(file)), file);
        }
        assertTrue(Files.exists(run.resolve("grids/step-0000004.png")));
        assertTrue(Files.readString(run.resolve("config.json")).contains("\"textEncoder\": \"" + text));
    }

    private static Set<String> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return new TreeSet<>(all.filter(Files::isRegularFile).map(file -> folder.relativize(file).toString()).toList());
        }
    }

    /** A tiny rate leaves the weights as they were: those of the folder, or random ones of the seed. */
    @Test
    void beginsWithTheFoldersWeightsOrAtRandom() throws IOException {
        TeacherTrainingConfig config = config(TextEncoderMode.TRAINED).images(2).learningRate(1e-30).build();
        try (Teacher own = trainer().train(images, config);
                Teacher random = trainer().randomWeights().train(images, config);
                Teacher again = trainer().randomWeights().train(images, config);
                Teacher before = Teacher.load(pipeline, device())) {
            assertArrayEquals(before.latents(DRAW, null), own.latents(DRAW, null));
            assertArrayEquals(random.latents(DRAW, null), again.latents(DRAW, null));
            assertTrue(PairedError.rmse(before.latents(DRAW, null), random.latents(DRAW, null)) > 0.1);
        }
    }

    /** Where captions are always left out, it does not matter which picture has which; else it does. */
    @ParameterizedTest
    @EnumSource
    void captionsAreRead(TextEncoderMode text) throws IOException {
        CaptionedImages others = new CaptionedImages() {
            @Override
            public ImageShape shape() {
                return images.shape();
            }

            @Override
            public int count() {
                return images.count();
            }

            @Override
            public String caption(int index) {
                return images.caption(index % 3 == 0 ? index : 3 - index % 3); // green and blue are exchanged
            }

            @Override
            public void read(int index, float[] target, int offset) {
                images.read(index, target, offset);
            }
        };
        for (double dropped : new double[] {0, 1}) {
            TeacherTrainingConfig config = config(text).images(2 * 3).nullProbability(dropped).build();
            try (Teacher some = trainer().train(images, config); Teacher other = trainer().train(others, config)) {
                double error = PairedError.rmse(some.latents(DRAW, null), other.latents(DRAW, null));
                assertEquals(dropped == 1, error == 0, "dropped with " + dropped + ": " + error);
            }
        }
    }

    @Test
    void laterStepsAllocateNoDeviceMemory() throws IOException {
        RecordingDevice recording = new RecordingDevice(device());
        List<Integer> allocations = new ArrayList<>();
        new CaptionTrainer(pipeline, recording).listener(new TeacherTrainingListener() {
            @Override
            public boolean shouldStop() {
                allocations.add(recording.allocations());
                return false;
            }
        }).train(images, config(TextEncoderMode.TRAINED).images(2 * 3).build()).close();
        assertEquals(Collections.nCopies(3, allocations.get(0)), allocations);
    }

    @Test
    void picturesOfAFolder() throws IOException {
        Path folder = Files.createDirectories(temp.resolve("pictures"));
        StringBuilder lines = new StringBuilder();
        float[] planes = new float[3 * 16 * 16];
        for (int i = 0; i < 3; i++) {
            images.read(i, planes, 0);
            Images.writePng(folder.resolve(i + ".png"), Images.toImages(planes, 3, 16, 16).get(0));
            lines.append("{\"file_name\": \"" + i + ".png\", \"text\": \"" + images.caption(i) + "\"}\n");
        }
        Files.writeString(folder.resolve("metadata.jsonl"), lines);
        CaptionedImages read = CaptionedImages.of(CaptionFolder.read(folder), trainer().picture());
        assertEquals(3, read.count());
        assertEquals("a green picture", read.caption(1));
        float[] found = new float[planes.length];
        read.read(2, found, 0);
        assertArrayEquals(planes, found, 1 / 255f + 1e-6f);
        trainer().train(read, config(TextEncoderMode.FROZEN).images(2).build()).close();
        Files.writeString(folder.resolve("2.png"), "damaged");
        Path run = temp.resolve("run");
        assertRefused(() -> trainer().train(read, config(TextEncoderMode.FROZEN).folder(run).build()),
                "metadata.jsonl line 3", "2.png", "replace");
        assertFalse(Files.exists(run));
    }

    @Test
    void whatDoesNotFitIsRefused() throws IOException {
        refused(images, config(TextEncoderMode.FROZEN).nullLabel(0).build(), "nullLabel is 0, must be -1");
        CaptionedImages none = new CaptionedPictures(0, 1);
        refused(none, config(TextEncoderMode.FROZEN).build(), "the number of images is 0");
        Path folder = Files.createDirectories(temp.resolve("wide"));
        Images.writePng(folder.resolve("a.png"), Images.toImages(new float[3 * 16 * 32], 3, 16, 32).get(0));
        Files.writeString(folder.resolve("a.txt"), "a picture");
        refused(CaptionedImages.of(CaptionFolder.read(folder), new ImageShape(3, 16, 32)), config(TextEncoderMode.FROZEN).build(),
                "the shape of the images is 3×16×32, must be that of the teacher's pictures, 3×16×16");
        assertMessage(assertThrows(IllegalArgumentException.class, () -> new TeacherTrainer(
                UNetConfig.of(SyntheticImages.SHAPE, List.of(8, 8), 1, 0),
                SchedulerConfig.of(BetaSchedule.LINEAR, PredictionType.EPSILON), device())
                .train(SyntheticImages.unlabelled(2, 1), config(TextEncoderMode.TRAINED).build())),
                "textEncoder is TRAINED, must be FROZEN");
    }

    @Test
    void otherModelsAreRefused() throws IOException {
        Path pixels = temp.resolve("pixels");
        TinyTeacher.write(pixels, "v_prediction");
        assertRefused(() -> new CaptionTrainer(pixels, device()), "holds a DD", "must be a StableDiffusionPipeline");
        Path index = pipeline.resolve("model_index.json");
        String text = Files.readString(index);
        Files.writeString(index, text.replace("StableDiffusionPipeline", "LatentConsistencyModelPipeline"));
        assertRefused(() -> new CaptionTrainer(pipeline, device()), "holds a LatentConsistencyModelPipeline, must be");
        Files.writeString(index, text);
        Files.writeString(pipeline.resolve("boot.json"), "{\"one_step\": true}");
        assertRefused(() -> new CaptionTrainer(pipeline, device()), "holds a student, must be a teacher");
    }

    /** A student's folder would have the encoder that the teacher was read with. */
    @Test
    void teacherWithATrainedEncoderIsLoadedBeforeItIsDistilled() throws IOException {
        try (Teacher teacher = trainer().train(images, config(TextEncoderMode.TRAINED).images(2).build())) {
            assertMessage(assertThrows(IllegalArgumentException.class, () -> new BootDistiller(teacher)), "saved and loaded again");
            teacher.save(temp.resolve("saved"));
        }
        try (Teacher teacher = Teacher.load(temp.resolve("saved"), device())) {
            new BootDistiller(teacher).conditions(ConditionSource.prompts(List.of("a red picture")));
        }
    }

    private void refused(CaptionedImages source, TeacherTrainingConfig config, String message) {
        assertMessage(assertThrows(IllegalArgumentException.class, () -> trainer().train(source, config)), message);
    }
}
