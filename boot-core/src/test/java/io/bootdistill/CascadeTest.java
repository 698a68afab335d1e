package io.bootdistill;

import static io.bootdistill.format.RawFiles.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.NoiseConditioning;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.matching.Corrector;
import io.bootdistill.matching.Matching;
import io.bootdistill.matching.OnlineSamples;
import io.bootdistill.network.ConditionShape.Parts;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.UNet;
import io.bootdistill.objective.Bootstrap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two stages, of 8×8 and of 16×16: how the second is distilled and saved, and what both draw together. */
public class CascadeTest {

    private static final int PICTURES = 12;
    private static final DrawRequest REQUEST = DrawRequest.ofLabels(0, 2, 1, 1).withSeed(40);

    @TempDir
    Path temp;

    private Teacher teacher;
    private Student first;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    @BeforeEach
    void makeStages() throws IOException {
        teacher = TinyStages.teacher(device());
        first = TinyStages.student(temp, device());
    }

    @AfterEach
    void close() {
        teacher.close();
        first.close();
    }

    private BootDistiller distiller() {
        return new BootDistiller(teacher).cascade(first, PICTURES);
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

    private void requireSameWhenContinued(DistillationConfig.Builder config) throws IOException {
        Path whole = temp.resolve("whole");
        Path parts = temp.resolve("parts");
        distiller().train(config.folder(whole).build()).close();
        distiller().listener(stopAt(3)).train(config.folder(parts).workers(1).build()).close();
        distiller().resume(parts, 3).close();
        try (SafetensorsFile a = SafetensorsFile.open(whole.resolve("state.safetensors"));
                SafetensorsFile b = SafetensorsFile.open(parts.resolve("state.safetensors"))) {
            assertEquals(a.metadata(), b.metadata());
            assertEquals(a.names(), b.names());
            for (String name : a.names()) {
                assertArrayEquals(a.floats(name), b.floats(name), name);
            }
        }
    }

    /** Also with another number of workers. */
    @Test
    void continuedRunEqualsOneThatWasNeverStopped() throws IOException {
        requireSameWhenContinued(TinyStages.distillation(8 * 6));
    }

    @Test
    void continuedRunThatBootstrapsEqualsOneThatWasNeverStopped() throws IOException {
        requireSameWhenContinued(TinyStages.distillation(8 * 6).objective(Bootstrap.defaults()));
    }

    /** The gradient goes through a teacher that reads pictures. */
    @Test
    void continuedRunOfMatchedDistributionsEqualsOneThatWasNeverStopped() throws IOException {
        Corrector corrector = new Corrector(0.5, 0, 1, 1e-3, 1).withOnline(new OnlineSamples.Own(1, 0));
        requireSameWhenContinued(TinyStages.distillation(8 * 6).corrector(corrector.withMatching(new Matching.Through(1))));
    }

    @Test
    void savedStudentDrawsTheSame() throws IOException {
        float[] small = TinyFolders.normal(3 * TinyStages.SMALL.size(), 8);
        DrawRequest request = DrawRequest.ofCount(3).withImages(TinyStages.SMALL, small).withSeed(4).withNoiseLevel(100);
        try (Student second = distiller().train(TinyStages.distillation(16).build())) {
            second.save(temp.resolve("second"));
            float[] drawn = second.pixels(request);
            try (Student read = Student.load(temp.resolve("second"), device())) {
                assertArrayEquals(drawn, read.pixels(request), 1e-5f);
                assertEquals(second.condition(), read.condition());
            }
            assertFalse(Arrays.equals(drawn, second.pixels(request.withNoiseLevel(101))), "the level is told");
            float[] one = second.pixels(DrawRequest.ofCount(1).withSeed(5).withNoiseLevel(100).withImages(
                    TinyStages.SMALL, Arrays.copyOfRange(small, TinyStages.SMALL.size(), 2 * TinyStages.SMALL.size())));
            assertArrayEquals(Arrays.copyOfRange(drawn, TinyStages.LARGE.size(), 2 * TinyStages.LARGE.size()), one);
        }
    }

    /** A teacher in one step is its prediction at t_max, of the noise with the picture behind it. */
    @Test
    void teacherIsGivenThePictureAndItsLevel() throws IOException {
        teacher.save(temp.resolve("teacher"));
        float[] small = TinyFolders.normal(TinyStages.SMALL.size(), 9);
        try (Teacher read = Teacher.load(temp.resolve("teacher"), device())) {
            Parts shape = (Parts) read.condition();
            float[] condition = new float[shape.floats()];
            condition[shape.offset(UNet.CLASS)] = 33;
            new NoiseConditioning(TinyStages.SCHEDULER.alphasCumprod(), TinyStages.LARGE).write(
                    small, 0, TinyStages.SMALL, 33, 6, condition, shape.offset(UNet.IMAGE));
            float[] noise = TinyFolders.normal(TinyStages.LARGE.size(), 10);
            float[] predicted = new float[noise.length];
            read.predict(1, noise, new double[] {read.schedule().tMax()}, condition, predicted);
            float[] drawn = read.pixels(DrawRequest.ofCount(1).withSteps(1).asReference().withSeed(6).withNoise(noise)
                    .withImages(TinyStages.SMALL, small).withNoiseLevel(33), null);
            for (int i = 0; i < drawn.length; i++) {
                assertEquals(Math.max(-1, Math.min(1, predicted[i])), drawn[i], 2e-6, "value " + i);
            }
        }
    }

    @Test
    void cascadeIsBothStages() throws IOException {
        Student second = distiller().train(TinyStages.distillation(16).build());
        try (Cascade cascade = new Cascade(own(), second)) {
            float[] large = cascade.pixels(REQUEST);
            float[] noise = TinyFolders.normal(4 * TinyStages.SMALL.size(), 2);
            for (int i = 0; i < noise.length; i++) {
                noise[i] *= 3; // pictures of which are to be clamped
            }
            requireBoth(cascade, REQUEST);
            requireBoth(cascade, REQUEST.withNoise(noise));
            assertEquals(TinyStages.LARGE, cascade.picture());
            assertEquals(4, cascade.images(REQUEST).size());
            assertEquals(16, cascade.images(REQUEST).get(0).getWidth());
            assertFalse(Arrays.equals(large, cascade.pixels(REQUEST.withNoiseLevel(3))));
            float[] last = cascade.pixels(DrawRequest.ofLabels(1).withSeed(43));
            assertArrayEquals(Arrays.copyOfRange(large, 3 * TinyStages.LARGE.size(), large.length), last);
        }
    }

    /** The first student's pictures, clamped, are what the second enlarges, with noise of another stream. */
    private static void requireBoth(Cascade cascade, DrawRequest request) {
        float[] small = cascade.small(request);
        assertArrayEquals(cascade.first().pixels(request), small);
        for (int i = 0; i < small.length; i++) {
            small[i] = Math.max(-1, Math.min(1, small[i]));
        }
        long[] seeds = new long[4];
        Arrays.setAll(seeds, i -> Philox.seed(40 + i, NoiseConditioning.DRAW + 1, 0));
        assertArrayEquals(cascade.second().pixels(
                DrawRequest.ofCount(4).withSeeds(seeds).withImages(TinyStages.SMALL, small)), cascade.pixels(request));
    }

    private Student own() {
        return Student.load(saved("first", first), device());
    }

    private Path saved(String name, Student student) {
        try {
            student.save(temp.resolve(name));
            return temp.resolve(name);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void threadsDrawTheSame() throws IOException {
        Cascade closed;
        try (Student second = distiller().train(TinyStages.distillation(16).build());
                Cascade cascade = Cascade.load(saved("first", first), saved("second", second), device())) {
            closed = cascade;
            float[] expected = cascade.pixels(REQUEST);
            CompletableFuture<float[]> other = CompletableFuture.supplyAsync(() -> cascade.pixels(REQUEST));
            assertArrayEquals(expected, cascade.pixels(REQUEST));
            assertArrayEquals(expected, other.join());
        }
        assertThrows(IllegalStateException.class, () -> closed.pixels(REQUEST));
    }

    @Test
    void refusesWhatDoesNotFit() throws IOException {
        DistillationConfig config = TinyStages.distillation(16).folder(temp.resolve("none")).build();
        assertMessage(refused(() -> new BootDistiller(teacher).train(config)), "the student of the stage before is missing",
                "cascade(student)", "1×8×8");
        assertMessage(refused(() -> distiller().conditions((seed, target, offset) -> {}).train(config)), "conditions is",
                "left out with cascade(student)");
        assertMessage(refused(() -> new BootDistiller(teacher).cascade(first, 0)), "the number of its pictures is 0");
        try (Teacher classes = Teacher.load(temp.resolve("stage-1"), device())) {
            assertMessage(refused(() -> new BootDistiller(classes).cascade(first).train(config)),
                    "the stage before is given, must be left out");
        }
        UNet network = TinyStages.network(new ImageShape(1, 4, 4), TinyStages.LARGE);
        try (Teacher larger = new TeacherTrainer(network, TinyStages.SCHEDULER, device()).train(
                TinyStages.images(4), TinyStages.training(6).build())) {
            assertMessage(refused(() -> new BootDistiller(larger).cascade(first).train(config)),
                    "the shape of the smaller pictures is 1×8×8, must be 1×4×4");
        }
        assertFalse(Files.exists(temp.resolve("none")), "refused before work begins");
        assertMessage(refused(() -> new TeacherTrainer(TinyStages.network(new ImageShape(1, 5, 8), TinyStages.LARGE),
                TinyStages.SCHEDULER, device()).train(TinyStages.images(4), TinyStages.training(6).build())), "1×5×8",
                "1×16×16", "divided by a whole number");
        assertMessage(refused(() -> TinyStages.network(new ImageShape(1, 32, 8), TinyStages.LARGE)), "1×32×8", "16×16");
        assertMessage(refused(() -> first.pixels(REQUEST.withNoiseLevel(3))), "images is given");
        assertMessage(refused(() -> new Cascade(first, first)), "the condition of the second student", "smaller pictures");
    }

    @Test
    void refusesAnotherStageWhenItGoesOn() throws IOException {
        Path run = temp.resolve("run");
        distiller().listener(stopAt(1)).train(TinyStages.distillation(16).folder(run).build()).close();
        assertMessage(assertThrows(ModelFormatException.class,
                () -> new BootDistiller(teacher).cascade(first, PICTURES + 1).resume(run, 1)), "teacher or stage before");
        assertMessage(refused(() -> new BootDistiller(teacher).resume(run, 1)), "the student of the stage before is missing");
        try (Student second = distiller().open(run, 1)) {
            assertMessage(refused(() -> new Cascade(second, second)), "the condition of the first student");
            assertMessage(refused(() -> second.pixels(DrawRequest.ofCount(2))), "images is missing");
            assertMessage(refused(() -> second.pixels(DrawRequest.ofCount(2).withImages(
                    TinyStages.SMALL, new float[3 * 64]))), "the number of images is 3", "2, one for each picture");
            assertMessage(refused(() -> second.pixels(DrawRequest.ofCount(1).withImages(
                    new ImageShape(1, 4, 4), new float[16]))), "1×4×4", "1×8×8");
            assertMessage(refused(() -> second.pixels(DrawRequest.ofCount(1).withImages(
                    TinyStages.SMALL, new float[64]).withNoiseLevel(1000))), "noise level is 1000", "0 … 999");
            assertMessage(refused(() -> second.sample(SampleRequest.ofSeeds(1))), "condition has 0 values", "257");
        }
    }

    @Test
    void damagedMarkIsNamed() throws IOException {
        teacher.save(temp.resolve("teacher"));
        Path marks = temp.resolve("teacher/boot.json");
        String text = Files.readString(marks);
        Files.writeString(marks, text.replaceAll("\\s", "").replace("[1,8,8]", "[1,64,8]"));
        assertMessage(assertThrows(ModelFormatException.class, () -> Teacher.load(temp.resolve("teacher"), device())),
                "enlarges is [1,64,8]", "16×16");
        Files.writeString(marks, text.replaceAll("\\s", "").replace("[1,8,8]", "3"));
        assertMessage(assertThrows(ModelFormatException.class, () -> Teacher.load(temp.resolve("teacher"), device())),
                "enlarges is 3");
    }

    /** A training of a teacher that is stopped, and goes on with another number of workers. */
    @Test
    void continuedTrainingEqualsOneThatWasNeverStopped() throws IOException {
        Path whole = temp.resolve("whole");
        Path parts = temp.resolve("parts");
        TeacherTrainer trainer = new TeacherTrainer(TinyStages.network(TinyStages.SMALL, TinyStages.LARGE), TinyStages.SCHEDULER,
                device());
        trainer.train(TinyStages.images(20), TinyStages.training(48).folder(whole).build()).close();
        trainer.listener(new TeacherTrainingListener() {
            private long done;

            @Override
            public boolean shouldStop() {
                return ++done == 3;
            }
        }).train(TinyStages.images(20), TinyStages.training(48).folder(parts).build()).close();
        TeacherTrainer.ofRun(parts, device()).resume(TinyStages.images(20), parts, 1).close();
        try (Teacher a = Teacher.load(whole.resolve("teacher"), device());
                Teacher b = Teacher.load(parts.resolve("teacher"), device())) {
            DrawRequest request = DrawRequest.ofCount(1).withSteps(2).withImages(
                    TinyStages.SMALL, TinyFolders.normal(TinyStages.SMALL.size(), 3));
            assertArrayEquals(a.pixels(request, null), b.pixels(request, null));
        }
        assertTrue(Files.exists(parts.resolve("grids/step-0000008.png")));
    }

    private static IllegalArgumentException refused(org.junit.jupiter.api.function.Executable call) {
        return assertThrows(IllegalArgumentException.class, call);
    }
}
