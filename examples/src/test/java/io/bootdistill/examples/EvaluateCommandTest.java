package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BundledTeacher;
import io.bootdistill.DenoisingStudents;
import io.bootdistill.Sampler;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.TinyTeacher;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.examples.ruler.Figures;
import io.bootdistill.examples.ruler.HeldOutSamples.Generator;
import io.bootdistill.examples.ruler.HeldOutSamples;
import io.bootdistill.examples.ruler.PairedFigures;
import io.bootdistill.examples.ruler.Ruler;
import io.bootdistill.metric.PairedError;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ruler, on "test images" that the teacher made: 28×28, of which the ruler sees the middle, halved. */
final class EvaluateCommandTest {

    private static final int COUNT = CommandRun.RULED;
    private static final Path EXTRACTOR = BundledTeacher.folder().getParent().resolveSibling("extractors/fashion-mnist-16");

    @TempDir
    private static Path folder;

    @BeforeAll
    static void drawImages() throws IOException {
        long[] seeds = new long[COUNT];
        int[] labels = new int[COUNT];
        for (int i = 0; i < COUNT; i++) {
            seeds[i] = 9_000 + i;
            labels[i] = i % 10;
        }
        try (Teacher teacher = Teacher.load(BundledTeacher.folder(), Devices.best())) {
            write(PairedError.clamp(Sampler.reference(teacher, 10).sample(seeds, labels)));
        }
    }

    /** Each of the middle 14×14 pixels becomes 2×2. */
    private static void write(float[] samples) throws IOException {
        ByteBuffer images = ByteBuffer.allocate(16 + COUNT * 28 * 28).putInt(0x803).putInt(COUNT).putInt(28).putInt(28);
        for (int i = 0; i < COUNT * 28 * 28; i++) {
            int row = i / 28 % 28 / 2 + 1;
            int column = i % 28 / 2 + 1;
            images.put((byte) Math.round((samples[i / 784 * 256 + row * 16 + column] + 1) * 127.5f));
        }
        Files.write(folder.resolve("t10k-images-idx3-ubyte"), images.array());
        try (OutputStream labels = Files.newOutputStream(folder.resolve("t10k-labels-idx1-ubyte"))) {
            labels.write(ByteBuffer.allocate(8).putInt(0x801).putInt(COUNT).array());
            for (int i = 0; i < COUNT; i++) {
                labels.write(i % 10);
            }
        }
    }

    private static float[] sample(Generator model) {
        return HeldOutSamples.of(model, Ruler.labels(), COUNT, (done, total) -> {});
    }

    @Test
    void figuresOfASoundAndOfACollapsedModel() throws IOException {
        try (Teacher teacher = Teacher.load(BundledTeacher.folder(), Devices.best());
                Ruler ruler = new Ruler(EXTRACTOR, folder, Devices.best(), COUNT)) {
            Generator ten = Sampler.reference(teacher, 10)::sample;
            float[] samples = sample(ten);
            Figures sound = ruler.measure(samples);
            PairedFigures same = PairedFigures.of(samples, samples, COUNT, 10);
            assertEquals(0, same.rmse());
            assertEquals(1, same.leastDiversity(), 1e-12);
            assertEquals(1, same.mostDiversity(), 1e-12);
            assertEquals(sound.frechet(), ruler.frechet(samples));
            assertTrue(sound.accuracy() > 0.75 && sound.precision() > 0.5 && sound.recall() > 0.5, sound.toString());

            // one image of each class, whatever the noise
            float[] few = sample((seeds, labels) -> ten.sample(new long[seeds.length], labels));
            Figures collapsed = ruler.measure(few);
            assertTrue(collapsed.frechet() > 2 * sound.frechet(), collapsed + " against " + sound);
            assertTrue(collapsed.recall() < sound.recall() / 2, collapsed.toString());
            assertTrue(PairedFigures.of(few, samples, COUNT, 10).leastDiversity() < 0.01);
        }
    }

    @Test
    void printsALineForEachModel() {
        CommandRun run = CommandRun.boot("evaluate", "--model", BundledTeacher.folder(), "--teacher", BundledTeacher.folder(),
                "--steps", "1,4", "--images", folder, "--extractor", EXTRACTOR, "--count", COUNT).succeeded();
        String[] lines = run.out().split("\n");
        assertEquals(3, lines.length, run.out());
        double one = Double.parseDouble(lines[1].replaceFirst(".*fashion-mnist-16 +1 +([0-9.]+) .*", "$1"));
        double four = Double.parseDouble(lines[2].replaceFirst(".*fashion-mnist-16 +4 +([0-9.]+) .*", "$1"));
        assertTrue(four < one, run.out());
    }

    /** In one step both samplers draw the same; in more, what is noised anew has no pair. */
    @Test
    void studentsThatDenoiseHaveALineForEachNumberOfSteps(@TempDir Path temp) throws IOException {
        Path denoising = temp.resolve("denoising");
        try (Teacher teacher = Teacher.load(BundledTeacher.folder(), Devices.best());
                Student student = DenoisingStudents.of(teacher, FewSteps.DDIM)) {
            student.save(denoising);
        }
        String[][] lines = new String[2][];
        for (FewSteps sampler : FewSteps.values()) {
            lines[sampler.ordinal()] = CommandRun.boot("evaluate", "--model", denoising, "--teacher", BundledTeacher.folder(), "--steps",
                    "1,4", "--sampler", sampler, "--images", folder, "--extractor", EXTRACTOR, "--count", COUNT).succeeded().out()
                    .replace(denoising.toString(), "M").split("\n");
            assertEquals(3, lines[sampler.ordinal()].length);
        }
        String[] ddim = lines[0][2].split(" +");
        String[] renoised = lines[1][2].split(" +");
        assertEquals(lines[0][1], lines[1][1]);
        assertTrue(Double.parseDouble(ddim[2]) < Double.parseDouble(lines[0][1].split(" +")[2]), "four are better than one");
        assertTrue(!ddim[2].equals(renoised[2]) && Double.parseDouble(ddim[5]) > 0, ddim[2]);
        assertEquals(List.of("-", "-"), List.of(renoised[5], renoised[6]), lines[1][2]);
    }

    /** The bundled teacher, its outputs misread as ε: without the clipping that its scheduler says, nothing would be left. */
    @Test
    void teachersAreLimitedAsTheirSchedulerSays(@TempDir Path temp) throws IOException {
        Path folderOfEpsilon = temp.resolve("epsilon");
        for (String file : List.of("model_index.json", "unet/config.json", "unet/diffusion_pytorch_model.safetensors")) {
            Files.createDirectories(folderOfEpsilon.resolve(file).getParent());
            Files.copy(BundledTeacher.folder().resolve(file), folderOfEpsilon.resolve(file));
        }
        String scheduler = "scheduler/scheduler_config.json";
        Files.createDirectories(folderOfEpsilon.resolve("scheduler"));
        Files.writeString(folderOfEpsilon.resolve(scheduler),
                Files.readString(BundledTeacher.folder().resolve(scheduler)).replace("v_prediction", "epsilon"));
        double expected;
        try (Teacher teacher = Teacher.load(folderOfEpsilon, Devices.best());
                Ruler ruler = new Ruler(EXTRACTOR, folder, Devices.best(), COUNT)) {
            expected = ruler.frechet(sample(Sampler.reference(teacher, 2).withSchedulerLimits()::sample));
        }
        CommandRun run = CommandRun.boot("evaluate", "--model", folderOfEpsilon, "--teacher", folderOfEpsilon,
                "--steps", "2", "--images", folder, "--extractor", EXTRACTOR, "--count", COUNT).succeeded();
        String shown = String.format(Locale.ROOT, "%.4f", expected);
        assertTrue(run.out().contains(" " + shown + " "), shown + " in " + run.out());
    }

    /** The table has the figures of images, the curve a point for each sixth of the run. */
    @Test
    void ablationIsMeasuredByTheRuler(@TempDir Path out) throws IOException {
        CommandRun.boot("ablate", "--only", "defaults", "--steps", 6, "--teacher", BundledTeacher.folder(), "--images", folder,
                "--extractor", EXTRACTOR, "--out", out, "--device", Devices.best().name()).succeeded();
        List<String> points = Files.readAllLines(out.resolve("6-steps/defaults/points.csv"));
        assertEquals(List.of("step", "1", "2", "3", "4", "5", "6"), points.stream().map(line -> line.split(",")[0]).toList());
        String last = points.get(6).split(",")[2];
        String table = Files.readString(out.resolve("ablation.md"));
        String shown = String.format(Locale.ROOT, "| %.3f |", Double.parseDouble(last));
        assertTrue(table.contains("\n| defaults |  | 6 | 0.") && table.contains(shown), shown + " in " + table);
        assertTrue(Files.exists(out.resolve("frechet-6-steps.png")));

        // so early, the student makes the mean of each class
        assertTrue(table.contains("| collapsed |"), table);
        CommandRun ruled = CommandRun.boot("evaluate", "--model", out.resolve("6-steps/defaults") + "," + BundledTeacher.folder(),
                "--teacher", BundledTeacher.folder(),
                "--images", folder, "--extractor", EXTRACTOR, "--count", COUNT).succeeded();
        assertTrue(ruled.err().contains("defaults has collapsed: the samples of a class differ from each other only 0."),
                ruled.err());
        assertTrue(ruled.err().contains("defaults has collapsed: the samples recall 0."), ruled.err());
        assertFalse(ruled.err().contains("fashion-mnist-16 has collapsed"), ruled.err());
    }

    @Test
    void wrongArgumentsAreRefused(@TempDir Path empty) throws IOException {
        CommandRun.boot("evaluate", "--model", "x", "--count", 99).refused(2, "--count is 99", "100 … 10,000");
        CommandRun.boot("evaluate", "--model", "x", "--steps", "4,0").refused(2, "--steps is 0");
        CommandRun.boot("evaluate", "--model", "x", "--teacher", BundledTeacher.folder(), "--images", empty, "--extractor", EXTRACTOR)
                .refused(1, empty.toString(), "t10k-images-idx3-ubyte");
        Path tiny = empty.resolve("tiny");
        TinyTeacher.write(tiny, "v_prediction");
        CommandRun.boot("evaluate", "--model", "x", "--teacher", tiny, "--images", folder)
                .refused(1, "1×16×16", "1×8×8");
    }
}
