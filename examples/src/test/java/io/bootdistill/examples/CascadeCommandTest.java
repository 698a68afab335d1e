package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.DenoisingStudents;
import io.bootdistill.Student;
import io.bootdistill.SyntheticImages;
import io.bootdistill.Teacher;
import io.bootdistill.TinyPipeline;
import io.bootdistill.TinyTeacher;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.format.SafetensorsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cascade by commands: a teacher that enlarges 8×8 to 16×16, its student, and what both stages draw. */
final class CascadeCommandTest {

    private static final int COUNT = 12;

    @TempDir
    private Path folder;

    private Path images;
    private Path first;
    private Path teacher;

    /** IDX files of 8×8, which a frame of 4 makes 16×16; and a run of the first stage. */
    @BeforeEach
    void makeFirstStage() throws IOException {
        images = Files.createDirectories(folder.resolve("images"));
        byte[] pixels = SyntheticImages.pixels(COUNT, 1);
        Files.write(images.resolve("train-images-idx3-ubyte"),
                ByteBuffer.allocate(16 + pixels.length).putInt(0x803).putInt(COUNT).putInt(8).putInt(8).put(pixels).array());
        Files.write(images.resolve("train-labels-idx1-ubyte"),
                ByteBuffer.allocate(8 + COUNT).putInt(0x801).putInt(COUNT).put(new byte[COUNT]).array());
        TinyTeacher.write(folder.resolve("teacher-1"), "v_prediction");
        first = folder.resolve("first");
        CommandRun.distill(folder.resolve("teacher-1"), first, "--steps", 1, "--batch", 2, "--no-report").succeeded();
        teacher = folder.resolve("upscaler/teacher");
    }

    private CommandRun train(Object... more) {
        Object[] all = new Object[more.length + 13];
        System.arraycopy(new Object[] {"train-teacher", "--images", images, "--out", folder.resolve("upscaler"), "--steps", 4,
            "--batch", 4, "--channels", "8,8", "--device", Devices.best().name()}, 0, all, 0, 13);
        System.arraycopy(more, 0, all, 13, more.length);
        return CommandRun.boot(all);
    }

    private float[] samples(Path file) {
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            return tensors.floats("sample");
        }
    }

    @Test
    void cascadeFromImagesToPictures() throws IOException {
        CommandRun made = train("--upscale-from", 8, "--frame", 4).succeeded();
        assertTrue(made.err().contains("12 of 1×16×16 in 1 classes, enlarged from 1×8×8"), made.err());
        String told = CommandRun.boot("inspect", teacher).succeeded().out();
        assertTrue(told.contains("enlarges     1×8×8"), told);

        Path second = folder.resolve("second");
        CommandRun distilled = CommandRun.distill(teacher, second, "--cascade", first, "--steps", 2, "--batch", 2).succeeded();
        assertTrue(distilled.out().contains("sample --model " + second + " --cascade " + first), distilled.out());
        assertFalse(Files.exists(second.resolve("report.html")));
        assertTrue(distilled.err().contains("drawing 16384 pictures of the stage before"), distilled.err());
        assertTrue(distilled.err().contains("no report.html"), distilled.err());
        CommandRun again = CommandRun.boot("distill", "--resume", "--out", second, "--teacher", teacher, "--cascade", first,
                "--device", Devices.best().name()).succeeded();
        assertTrue(again.err().contains("finished before, after step 2"), again.err());

        Path both = folder.resolve("both.safetensors");
        CommandRun.boot("sample", "--model", second, "--cascade", first, "--count", 4, "--labels", "0,2", "--seed", 5,
                "--noise-level", 30, "--out", both).succeeded();
        assertEquals(4 * 256, samples(both).length);
        Path last = folder.resolve("last.safetensors");
        CommandRun.boot("sample", "--model", second, "--cascade", first, "--count", 1, "--labels", 2, "--seed", 8,
                "--noise-level", 30, "--out", last).succeeded();
        assertArrayEquals(Arrays.copyOfRange(samples(both), 3 * 256, 4 * 256), samples(last));

        Path small = folder.resolve("small.safetensors");
        CommandRun.boot("sample", "--model", first, "--count", 3, "--out", small).succeeded();
        Path large = folder.resolve("large.safetensors");
        CommandRun.boot("sample", "--model", teacher, "--images", small, "--steps", 2, "--out", large).succeeded();
        assertEquals(3 * 256, samples(large).length);

        CommandRun figures = CommandRun.boot("evaluate", "--model", second + "," + teacher, "--cascade", first, "--steps", "1,50",
                "--count", 5).succeeded();
        String last50 = "(?s)model +steps .*upscaler/teacher +50 +0.0000 .* 100.0 +\\d\\.\\d{4}\n";
        assertTrue(figures.out().matches(last50), figures.out());
    }

    /** The student of the first stage takes one step; of the other, samples that are noised anew have no pair. */
    @Test
    void studentThatDenoisesTakesStepsByEitherSampler() throws IOException {
        train("--upscale-from", 8, "--frame", 4).succeeded();
        Path second = folder.resolve("denoising");
        try (Teacher loaded = Teacher.load(teacher, Devices.best()); Student student = DenoisingStudents.of(loaded, FewSteps.DDIM)) {
            student.save(second);
        }
        float[][] drawn = new float[2][];
        for (FewSteps sampler : FewSteps.values()) {
            Path out = folder.resolve(sampler + ".safetensors");
            CommandRun.boot("sample", "--model", second, "--cascade", first, "--count", 1, "--steps", 3, "--sampler", sampler, "--out",
                    out).succeeded();
            drawn[sampler.ordinal()] = samples(out);
        }
        assertFalse(Arrays.equals(drawn[0], drawn[1]));
        CommandRun.boot("sample", "--model", second, "--cascade", first, "--steps", 51, "--sampler", "renoise", "--out",
                folder.resolve("none.png")).refused(1, "steps is 51, must be 1 … 50");

        String models = second + "," + teacher;
        CommandRun figures = CommandRun.boot("evaluate", "--model", models, "--cascade", first, "--steps", "1,4", "--sampler",
                "renoise", "--count", 3).succeeded();
        String lines = "(?s)model +steps [^\n]*\n[^\n]*denoising +1 +0\\.[^\n]*\n[^\n]*denoising +4 +- +- [^\n]*\n"
                + "[^\n]*teacher +1 +0\\.[^\n]*\n[^\n]*teacher +4 +0\\.[^\n]*\n";
        assertTrue(figures.out().matches(lines), figures.out());
        CommandRun late = CommandRun.boot("evaluate", "--model", models, "--cascade", first, "--steps", "1,51", "--sampler",
                "renoise");
        late.refused(2, "--steps is 51, must be 1 … 50 for a student");
        assertEquals("", late.out());
    }

    @Test
    void refusesWhatDoesNotFit() throws IOException {
        train("--upscale-from", 5).refused(1, "--upscale-from is 5", "1, 2, 4", "1×8×8");
        train("--upscale-from", 16, "--frame", 4).refused(1, "--upscale-from is 16", "1, 2, 4, 8");
        train("--frame", -1).refused(2, "--frame is -1");
        train("--upscale-from", 8, "--frame", 4).succeeded();
        CommandRun.distill(teacher, folder.resolve("none"), "--steps", 2, "--batch", 2).refused(
                1, "the student of the stage before is missing", "1×8×8");
        CommandRun.distill(folder.resolve("teacher-1"), folder.resolve("none"), "--cascade", first, "--steps", 2, "--batch", 2)
                .refused(1, "this teacher enlarges no pictures");
        assertFalse(Files.exists(folder.resolve("none")));
        Path out = folder.resolve("none.png");
        CommandRun.boot("sample", "--model", teacher, "--cascade", first, "--out", out).refused(2, "--cascade", "for a student");
        CommandRun.boot("sample", "--model", teacher, "--out", out).refused(1, "images is missing");
        CommandRun.boot("sample", "--model", first, "--noise-level", 3, "--out", out)
                .refused(2, "--noise-level is 3", "no pictures");
        CommandRun.boot("sample", "--model", first, "--cascade", first, "--out", out).refused(
                1, "the condition of the second student");
        Object[][] unused = {{"--latents"}, {"--size", "8x8"}};
        Path pipeline = TinyPipeline.write(folder.resolve("pipeline"));
        for (Object[] option : unused) {
            CommandRun.boot(Stream.concat(Stream.of("sample", "--model", first, "--cascade", pipeline, "--prompt", "a cat", "--out",
                    folder.resolve("none.safetensors")), Stream.of(option)).toArray())
                    .refused(2, option[0] + " is", "left out with --cascade");
        }
        CommandRun.boot("sample", "--model", first, "--cascade", first, "--text-states", images, "--out", out)
                .refused(2, "--text-states", "reads no prompts");
        CommandRun.boot("evaluate", "--model", first, "--cascade", first).refused(2, "--teacher is missing");
        for (String option : new String[] {"--guidance", "--images", "--extractor", "--prompts", "--column", "--pictures", "--keep"}) {
            CommandRun.boot("evaluate", "--model", first, "--cascade", first, option, 2)
                    .refused(2, option + " is", "left out with --cascade");
        }
        CommandRun.boot("evaluate", "--model", first, "--cascade", first, "--steps", 5000)
                .refused(2, "--steps is 5000, must be 1 … 1,000");
    }
}
