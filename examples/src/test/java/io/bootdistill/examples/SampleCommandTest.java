package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.DenoisingStudents;
import io.bootdistill.DrawingGoldenTest;
import io.bootdistill.Sampler;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.TinyTeacher;
import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.format.SafetensorsWriter;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SampleCommandTest {

    private static final int SIZE = 64;

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private static Path teacher;
    private static Path run;

    @BeforeAll
    static void distil() throws IOException {
        teacher = shared.resolve("teacher");
        TinyTeacher.write(teacher, "v_prediction");
        run = shared.resolve("run");
        CommandRun.distill(teacher, run, "--steps", 2, "--batch", 4).succeeded();
    }

    private float[] sample(Object... arguments) {
        Path out = folder.resolve("sample.safetensors");
        Object[] all = Stream.concat(Stream.of("sample", "--out", out), Stream.of(arguments)).toArray();
        CommandRun.boot(all).succeeded();
        try (SafetensorsFile file = SafetensorsFile.open(out)) {
            assertEquals(List.of(1, 8, 8), Arrays.stream(file.shape("sample")).skip(1).boxed().toList());
            return file.floats("sample");
        }
    }

    private static float[] image(float[] samples, int i) {
        return Arrays.copyOfRange(samples, i * SIZE, (i + 1) * SIZE);
    }

    @Test
    void anImageIsAFunctionOfItsSeedAndLabel() {
        float[] eight = sample("--model", run, "--count", 8);
        assertEquals(8 * SIZE, eight.length);
        assertArrayEquals(image(eight, 5), sample("--model", run, "--count", 1, "--seed", 5, "--labels", 2));
        assertFalse(Arrays.equals(image(eight, 5), sample("--model", run, "--count", 1, "--seed", 5, "--labels", 1)));
    }

    /** As in a run's pictures and in the ruler; nearly nothing would be left of an ε-prediction without. */
    @Test
    void teachersAreLimitedAsTheirSchedulerSays() throws IOException {
        Path epsilon = folder.resolve("epsilon");
        TinyTeacher.write(epsilon, "epsilon");
        float[] samples = sample("--model", epsilon, "--steps", 2, "--count", 2);
        try (Teacher loaded = Teacher.load(epsilon)) {
            Sampler unlimited = Sampler.reference(loaded, 2);
            long[] seeds = {0, 1};
            int[] labels = {0, 1};
            assertArrayEquals(unlimited.withSchedulerLimits().sample(seeds, labels), samples);
            assertFalse(Arrays.equals(unlimited.sample(seeds, labels), samples));
        }
    }

    /** What its students learn is not limited, for its predictions of x₀ are good at all times; what it draws is. */
    @Test
    void picturesOfAVelocityAreLimitedAndFiguresAreNot() throws IOException {
        Path velocity = folder.resolve("velocity");
        TinyTeacher.write(velocity, "v_prediction");
        float[] samples = sample("--model", velocity, "--steps", 2, "--count", 2);
        try (Teacher loaded = Teacher.load(velocity)) {
            Sampler unlimited = Sampler.reference(loaded, 2);
            long[] seeds = {0, 1};
            int[] labels = {0, 1};
            assertArrayEquals(unlimited.withClip(1).sample(seeds, labels), samples);
            assertFalse(Arrays.equals(unlimited.sample(seeds, labels), samples));
            assertArrayEquals(unlimited.sample(seeds, labels), unlimited.withSchedulerLimits().sample(seeds, labels));
        }
        String limits = CommandRun.boot("inspect", velocity).succeeded().out();
        assertTrue(limits.contains("clamped to ±1.0 in its pictures, as its scheduler says; what students learn"), limits);
    }

    @Test
    void aRunIsItsStudent() {
        assertArrayEquals(sample("--model", run, "--count", 3), sample("--model", run.resolve("student"), "--count", 3));
    }

    @Test
    void guidanceIsChosenFromTheRange() {
        Path guided = folder.resolve("guided");
        CommandRun.distill(teacher, guided, "--steps", 2, "--batch", 4, "--guidance", "1:3").succeeded();
        float[] middle = sample("--model", guided, "--count", 2);
        assertArrayEquals(middle, sample("--model", guided, "--count", 2, "--guidance", 2));
        Path out = folder.resolve("grid.png");
        CommandRun.boot("sample", "--model", guided, "--guidance", 4, "--out", out)
                .refused(2, "--guidance is 4.0, must be 1.0 … 3.0 for this student");
        CommandRun.boot("sample", "--model", run, "--guidance", 2, "--out", out)
                .refused(2, "--guidance is 2.0, must be 1.0, for which this student was distilled");
        float[] unguided = sample("--model", teacher, "--steps", 1, "--count", 2);
        assertArrayEquals(unguided, sample("--model", teacher, "--steps", 1, "--count", 2, "--guidance", 1), 1e-5f);
        assertFalse(Arrays.equals(unguided, sample("--model", teacher, "--steps", 1, "--count", 2, "--guidance", 3)));
    }

    @Test
    void studentsOfTwoTimesTakeSteps() throws IOException {
        Path recipe = folder.resolve("recipe.json");
        String config = Files.readString(run.resolve("config.json"));
        Files.writeString(recipe, config.replace("\"restartShare\": 0.0", "\"restartShare\": 0.5")
                .replace("\"end\": 1.0", "\"end\": 0.4"));
        Path two = folder.resolve("two");
        CommandRun.distill(teacher, two, "--recipe", recipe).succeeded();
        float[] one = sample("--model", two, "--count", 2);
        assertArrayEquals(one, sample("--model", two, "--count", 2, "--steps", 1));
        float[] refined = sample("--model", two, "--count", 2, "--steps", 2);
        assertFalse(Arrays.equals(one, refined));
        try (Student student = Student.load(two.resolve("student"))) {
            assertArrayEquals(student.sample(SampleRequest.ofSeeds(0, 1).withLabels(0, 1).withSteps(2)), refined);
        }
        Path out = folder.resolve("grid.png");
        CommandRun.boot("sample", "--model", two, "--steps", 1001, "--out", out)
                .refused(2, "--steps is 1001, must be 1 … 1000 for a student");
        CommandRun.boot("sample", "--model", run, "--steps", 2, "--out", out)
                .refused(2, "--steps is 2, must be 1 or left out for this student");
    }

    @Test
    void studentsThatDenoiseTakeStepsByEitherSampler() throws IOException {
        Path denoising = folder.resolve("denoising");
        float[][] expected = new float[2][];
        try (Teacher loaded = Teacher.load(teacher); Student student = DenoisingStudents.of(loaded, FewSteps.DDIM)) {
            student.save(denoising);
            SampleRequest request = SampleRequest.ofSeeds(0, 1).withLabels(0, 1).withSteps(2);
            expected[0] = student.sample(request);
            expected[1] = student.sample(request.withSampler(FewSteps.RENOISE));
        }
        Object[] two = {"--model", denoising, "--count", 2, "--steps", 2, "--sampler"};
        assertArrayEquals(expected[0], sample("--model", denoising, "--count", 2, "--steps", 2));
        assertArrayEquals(expected[0], sample(Stream.concat(Stream.of(two), Stream.of("ddim")).toArray()));
        assertArrayEquals(expected[1], sample(Stream.concat(Stream.of(two), Stream.of("renoise")).toArray()));
        Path out = folder.resolve("grid.png");
        CommandRun.boot("sample", "--model", denoising, "--steps", 51, "--sampler", "renoise", "--out", out)
                .refused(2, "--steps is 51, must be 1 … 50 for a student");
        CommandRun.boot("sample", "--model", denoising, "--sampler", "euler", "--out", out)
                .refused(2, "--sampler is euler, must be ddim or renoise");
        CommandRun.boot("sample", "--model", run, "--sampler", "ddim", "--out", out)
                .refused(2, "--sampler is ddim, must be left out for this student, which reads pure noise");
        CommandRun.boot("sample", "--model", teacher, "--sampler", "ddim", "--out", out)
                .refused(2, "--sampler is ddim, must be left out: a teacher has its own");
    }

    @Test
    void noiseFromAFileIsTheNoiseOfTheSeeds() throws IOException {
        float[] noise = new float[2 * SIZE];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = Philox.normal(7 + i / SIZE, 0, i % SIZE);
        }
        Path file = folder.resolve("noise.safetensors");
        new SafetensorsWriter().add("noise", new int[] {2, 1, 8, 8}, noise).write(file);
        assertArrayEquals(
                sample("--model", run, "--count", 2, "--seed", 7, "--labels", "1,0"),
                sample("--model", run, "--noise", file, "--labels", "1,0"));
    }

    @Test
    void aTeacherTakesStepsOfTheReferenceSampler() throws IOException {
        float[] sampled = sample("--model", teacher, "--count", 4, "--steps", 5);
        try (Teacher loaded = Teacher.load(teacher)) {
            float[] expected = Sampler.reference(loaded, 5).asDrawn().sample(new long[] {0, 1, 2, 3}, new int[] {0, 1, 2, 0});
            assertArrayEquals(expected, sampled);
        }
    }

    @Test
    void drawsAGridWithAClassInEachColumn() throws IOException {
        Path out = folder.resolve("grid.png");
        CommandRun.boot("sample", "--model", run, "--count", 7, "--out", out).succeeded();
        BufferedImage grid = ImageIO.read(out.toFile());
        assertEquals(3 * 66 - 2, grid.getWidth());
        assertEquals(3 * 66 - 2, grid.getHeight());
    }

    @Test
    void writesAPictureForEachImage() throws IOException {
        Path out = folder.resolve("pictures");
        CommandRun.boot("sample", "--model", run, "--count", 3, "--out", out).succeeded();
        try (Stream<Path> files = Files.list(out)) {
            assertEquals(List.of("00000.png", "00001.png", "00002.png"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
        assertEquals(8, ImageIO.read(out.resolve("00001.png").toFile()).getWidth());
    }

    /** Weights that are cut off would be refused as soon as they were opened. */
    @Test
    void promptsAndLabelsAreRequiredBeforeWeightsAreOpened() throws IOException {
        Path pipeline = DrawingGoldenTest.copy(folder.resolve("pipeline"));
        Path weights = pipeline.resolve("unet/diffusion_pytorch_model.safetensors");
        Files.write(weights, Arrays.copyOf(Files.readAllBytes(weights), 1000));
        Object out = folder.resolve("out.png");
        CommandRun.boot("sample", "--model", pipeline, "--labels", 3, "--out", out)
                .refused(2, "--labels is [3], must be left out: this model draws from prompts; see --prompt");
        CommandRun.boot("sample", "--model", pipeline, "--out", out)
                .refused(2, "--prompt is missing, must be given: this model draws from prompts");
        CommandRun.boot("sample", "--model", teacher, "--prompt", "a cat", "--out", out)
                .refused(2, "--prompt is [a cat], must be left out: this model reads no prompts; see --labels");
        CommandRun.boot("sample", "--model", pipeline, "--prompt", "a cat", "--out", out)
                .refused(1, weights.toString(), "copy or export it again");
    }

    @Test
    void inspectTellsWhatEachFolderHolds() {
        CommandRun ofTeacher = CommandRun.boot("inspect", teacher).succeeded();
        assertTrue(ofTeacher.out().contains("classes      0 … 3, null label 3\n"), ofTeacher.out());
        assertTrue(ofTeacher.out().matches("(?s).*schedule     squaredcos_cap_v2, 100 steps, predicts v_prediction.*"
                + "training     batch 64: \\d\\.\\d+ s a step, \\d+\\.\\d MiB\n.*"), ofTeacher.out());
        CommandRun ofRun = CommandRun.boot("inspect", run).succeeded();
        assertTrue(ofRun.out().startsWith("run          " + run + ", after step 2, paired RMSE "), ofRun.out());
        assertTrue(ofRun.out().contains("sampling     64 images: "), ofRun.out());
    }
}
