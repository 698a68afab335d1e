package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.GuidanceConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.sampling.Samples;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Trajectories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Students of each kind of latent pipeline: measured, written as such a pipeline, and read again. */
@Tag("fast")
public class KindsOfStudentsTest {

    @TempDir
    Path temp;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private static DistillationConfig.Builder config() {
        return DistillationConfig.builder().objective(Trajectories.defaults().withSteps(2).withUses(1, 1)).noCorrector()
                .batch(2).block(1).lanes(1).images(2).workers(1).seed(3).heldOut(0)
                .optimiser(OptimiserConfig.ofStudents().withEmaHalfLife(0).withRate(1e-2).withWarmupImages(0));
    }

    private Teacher teacher(KindsOfTeachers kind, String prediction) throws IOException {
        return kind.load(temp.resolve("teacher"), prediction, device());
    }

    private Path saved() {
        return temp.resolve("saved");
    }

    private static void requireRefusal(Class<? extends Exception> type, String part, Executable call) {
        String message = assertThrows(type, call).getMessage();
        assertTrue(message.contains(part), message);
    }

    /** Read again as a student, and as a model of the format that takes one step of DDIM. */
    @ParameterizedTest
    @CsvSource({"TEXT, v_prediction", "DIT, v_prediction", "DIT, epsilon", "LDM, v_prediction", "LDM, epsilon"})
    void drawsTheSameWhenReadAgain(KindsOfTeachers kind, String prediction) throws IOException {
        float[] drawn;
        float[] pixels;
        try (Teacher teacher = teacher(kind, prediction);
                Student student = kind.distiller(teacher).train(config().build())) {
            drawn = student.latents(kind.request);
            pixels = student.pixels(kind.request);
            student.save(saved());
        }
        try (Student loaded = Student.load(saved(), device())) {
            Golden.values("latents", drawn, loaded.latents(kind.request));
            Golden.values("pictures", pixels, loaded.pixels(kind.request));
            loaded.save(temp.resolve("again"));
        }
        try (Teacher stock = Teacher.load(temp.resolve("again"), device())) {
            Golden.values("one step", drawn, stock.latents(kind.request.withSteps(1).withGuidance(1), null));
        }
    }

    /** With the teacher's weights: before it learns, a student is the teacher's first prediction, f(ε, t_max). */
    @ParameterizedTest
    @CsvSource({"DIT", "LDM"})
    void startsAsTheTeachersFirstPrediction(KindsOfTeachers kind) throws IOException {
        try (Teacher teacher = teacher(kind, "v_prediction");
                Student student = kind.distiller(teacher).train(config().learningRate(1e-30).build())) {
            float[] noise = Samples.noise(teacher.shape(), new long[] {5});
            float[] label = kind == KindsOfTeachers.DIT ? new float[] {3} : new float[0];
            float[] expected = new float[noise.length];
            teacher.predict(1, noise, new double[] {teacher.schedule().tMax()}, label, expected);
            Golden.values("f", expected, student.sample(SampleRequest.ofNoise(noise).withConditions(label)));
        }
    }

    /** The file has the teacher's shapes, and zeros for the variance; the stock pipeline reads the first channels. */
    @Test
    void varianceIsWrittenAsZeros() throws IOException {
        try (Teacher teacher = teacher(KindsOfTeachers.DIT, "epsilon");
                Student student = KindsOfTeachers.DIT.distiller(teacher).train(config().build())) {
            assertEquals(4, student.resolved().model().graph().network().outputChannels());
            student.save(saved());
        }
        try (SafetensorsFile file =
                SafetensorsFile.open(saved().resolve("transformer/diffusion_pytorch_model.safetensors"))) {
            assertArrayEquals(new int[] {2 * 2 * 8, 24}, file.shape("proj_out_2.weight"));
            float[] weight = file.floats("proj_out_2.weight");
            for (int i = 0; i < weight.length; i++) {
                assertEquals(i / 24 % 8 >= 4, weight[i] == 0, "value " + i);
            }
        }
    }

    /** Its further input is no pipeline's, and lasts. */
    @ParameterizedTest
    @EnumSource(KindsOfTeachers.class)
    void twoTimesLast(KindsOfTeachers kind) throws IOException {
        DrawRequest twoSteps = kind.request.withSteps(2);
        float[] drawn;
        try (Teacher teacher = teacher(kind, "epsilon");
                Student student = kind.distiller(teacher).train(
                        config().batch(3).images(3).objective(Bootstrap.defaults().withRestartShare(0.5)).build())) {
            drawn = student.latents(twoSteps);
            student.save(saved());
        }
        try (Student loaded = Student.load(saved(), device())) {
            assertTrue(loaded.hasTwoTimes());
            Golden.values("latents", drawn, loaded.latents(twoSteps));
        }
        requireRefusal(ModelFormatException.class, "is told two times", () -> Teacher.load(saved(), device()));
        assertTrue(Files.readString(saved().resolve("README.md")).contains("No pipeline draws with it"));
    }

    /** In the format's own way where it has one; else as an input of its own, or for one scale that is folded. */
    @ParameterizedTest
    @CsvSource({"TEXT", "DIT"})
    void guidanceIsTold(KindsOfTeachers kind) throws IOException {
        DrawRequest strong = kind.request.withGuidance(2.5);
        float[] drawn;
        try (Teacher teacher = teacher(kind, "v_prediction");
                Student student = kind.distiller(teacher).train(config().guidance(1, 3).images(4).build())) {
            drawn = student.latents(strong);
            assertTrue(Golden.norm(difference(drawn, student.latents(kind.request.withGuidance(1)))) > 0);
            student.save(saved());
            if (kind == KindsOfTeachers.TEXT) {
                requireRefusal(UnsupportedOperationException.class, "the stock pipeline passes the scale",
                        () -> student.save(temp.resolve("one"), 2.5));
            } else {
                student.save(temp.resolve("one"), 2.5);
            }
        }
        try (Student loaded = Student.load(saved(), device())) {
            assertEquals(3, loaded.guidance().most());
            Golden.values("latents", drawn, loaded.latents(strong));
        }
        if (kind == KindsOfTeachers.TEXT) {
            try (Teacher student = Teacher.load(saved(), device())) {
                requireRefusal(ModelFormatException.class, "holds a student",
                        () -> kind.distiller(student).train(config().guidance(1, 2).build()));
            }
            Files.delete(saved().resolve("boot.json")); // a network that is told the scale, like any other
            try (Teacher stock = Teacher.load(saved(), device())) {
                Golden.values("told", drawn, stock.latents(strong.withSteps(1), null));
                BootDistiller again = kind.distiller(stock);
                requireRefusal(IllegalArgumentException.class, "told the scale: its prediction is one",
                        () -> again.train(config().guidance(GuidanceConfig.defaults()
                                .withRange(new GuidanceRange(1, 3)).withRescale(0.5)).build()));
                requireRefusal(IllegalArgumentException.class, "a range of scales", () -> again.train(config().build()));
                again.train(config().guidance(1, 2).build()).close();
            }
        } else {
            requireRefusal(ModelFormatException.class, "a way of its own", () -> Teacher.load(saved(), device()));
            try (Teacher stock = Teacher.load(temp.resolve("one"), device())) {
                Golden.values("one scale", drawn, stock.latents(kind.request.withSteps(1).withGuidance(1), null));
            }
        }
    }

    private static float[] difference(float[] a, float[] b) {
        float[] difference = new float[a.length];
        for (int i = 0; i < a.length; i++) {
            difference[i] = a[i] - b[i];
        }
        return difference;
    }

    /** Latents are compared as they are, pictures are shown. */
    @ParameterizedTest
    @CsvSource({"DIT", "LDM"})
    void isMeasuredInARun(KindsOfTeachers kind) throws IOException {
        DistillationListener.Quality[] found = new DistillationListener.Quality[1];
        DistillationListener listener = new DistillationListener() {
            @Override
            public void quality(Quality quality) {
                found[0] = quality;
            }
        };
        Path run = temp.resolve("run");
        float[] drawn;
        try (Teacher teacher = teacher(kind, "v_prediction")) {
            try (Student student = kind.distiller(teacher).listener(listener).train(
                    config().heldOut(4).referenceSteps(2).folder(run).checkpointImages(2).build())) {
                drawn = student.latents(kind.request);
            }
            assertEquals(new ImageShape(3, 16, 16), found[0].picture());
            assertTrue(found[0].pairedRmse() > 0 && found[0].pictureRmse() > 0, found[0].toString());
            try (Student written = Student.load(run.resolve("student"), device());
                    Student opened = kind.distiller(teacher).open(run, 1)) {
                Golden.values("written", drawn, written.latents(kind.request));
                Golden.values("opened", drawn, opened.latents(kind.request));
            }
        }
    }

    /** Latents that the folder names no scale for were never scaled: the stock pipeline is told so. */
    @Test
    void scaleOfUnscaledLatentsIsNamed() throws IOException {
        KindsOfTeachers kind = KindsOfTeachers.LDM;
        teacher(kind, "v_prediction").close();
        Path config = temp.resolve("teacher/vqvae/config.json");
        JsonObject json = Json.read(config);
        json.remove("scaling_factor");
        Json.write(config, json);
        try (Teacher teacher = Teacher.load(temp.resolve("teacher"), device());
                Student student = kind.distiller(teacher).train(config().build())) {
            student.save(saved());
        }
        assertEquals(1, Json.read(saved().resolve("vqvae/config.json")).get("scaling_factor").getAsDouble());
    }

    @Test
    void guidanceWithoutConditionsIsRefused() throws IOException {
        try (Teacher teacher = teacher(KindsOfTeachers.LDM, "v_prediction")) {
            requireRefusal(IllegalArgumentException.class, "1 for a teacher without a null label",
                    () -> new BootDistiller(teacher).train(config().guidance(2).build()));
        }
    }

    @Test
    void latentConsistencyModelIsRefusedByName() throws IOException {
        String pipeline = "LatentConsistencyModelPipeline";
        Path folder = DrawingGoldenTest.copy(temp.resolve("teacher"));
        Path file = folder.resolve("model_index.json");
        JsonObject index = Json.read(file);
        index.addProperty("_class_name", pipeline);
        Json.write(file, index);
        try (Teacher teacher = Teacher.load(folder, device())) {
            requireRefusal(IllegalArgumentException.class, "the teacher is " + pipeline, () -> new BootDistiller(teacher));
            requireRefusal(IllegalArgumentException.class, "has few steps already", () -> new BootDistiller(teacher));
        }
    }

    /** No stock pipeline takes the variance of a UNet2DModel apart. */
    @Test
    void varianceOfPixelsIsRefused() throws IOException {
        try (Teacher teacher = teacher(KindsOfTeachers.LDM, "v_prediction")) {
            UNet network = new UNet(UNetConfig.of(teacher.shape(), List.of(8), 1, 0));
            UNet wide = new UNet(UNetConfig.parse(
                    network.config().toJson().replaceAll("\"out_channels\": *3", "\"out_channels\": 6"), "wide"));
            assertEquals(6, wide.outputChannels());
            requireRefusal(IllegalArgumentException.class, "but for a UNet2DModel", () -> new BootDistiller(teacher, wide));
        }
    }
}
