package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BundledTeacher;
import io.bootdistill.DenoisingStudents;
import io.bootdistill.HeldOut;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.TinyPipeline;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.examples.extractor.EmojiPictures;
import io.bootdistill.examples.extractor.EmojiScenes;
import io.bootdistill.examples.ruler.HeldOutPrompts;
import io.bootdistill.examples.ruler.PromptRuler.PromptFigures;
import io.bootdistill.examples.ruler.PromptRuler;
import io.bootdistill.metric.PairedError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code boot evaluate} of models that draw from prompts. */
final class EvaluatePromptsTest {

    private static final Path ROOT = BundledTeacher.folder().getParent().getParent();
    private static final int COUNT = 6;

    /** Columns of a line. */
    private static final int STEPS = 1;
    private static final int LATENTS = 3;
    private static final int TRAJECTORY = 7;
    private static final int CONCEPT = 8;
    private static final int ALL = 11;
    private static final int FRECHET = 12;

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private static Path teacher;
    private static Path prompts;
    private static Path run;
    private static Path scenes;

    /** A student that has learnt all times; and a classifier that knows none of its prompts. */
    @BeforeAll
    static void distil() throws IOException {
        teacher = TinyPipeline.write(shared.resolve("teacher"));
        prompts = CommandRun.writePrompts(shared);
        run = shared.resolve("run");
        CommandRun.distill(teacher, run, "--prompts", prompts, "--recipe", "paper", "--steps", 2, "--batch", 4, "--guidance", 2,
                "--negative", "a bad photo").succeeded();
        scenes = shared.resolve("scenes");
        EmojiScenes.write(scenes, 160, 3);
        EmojiScenes.writeClassifier(scenes, Devices.best());
    }

    private static CommandRun evaluate(Object... arguments) {
        return CommandRun.boot(Stream.concat(
                Stream.of("evaluate", "--extractor", scenes, "--count", COUNT), Arrays.stream(arguments)).toArray());
    }

    /** The cells of each line but the first, the name in one. */
    private static List<String[]> lines(CommandRun made) {
        return made.succeeded().out().lines().skip(1).map(line -> line.replaceFirst("^reference of ", "reference-of-").split(" +"))
                .toList();
    }

    private static float[] latents(Teacher teacher, DrawRequest request) {
        return teacher.latents(request.withGuidance(2).withNegative("a bad photo"), null);
    }

    @Test
    void printsALineForEachModel() {
        CommandRun made = evaluate("--model", teacher + "," + run + "," + run.resolve("student"), "--steps", "2,50");
        List<String[]> lines = lines(made);
        assertEquals(List.of("50", "1", "50", "1", "2", "50", "2", "50"),
                lines.stream().map(cells -> cells[STEPS]).toList(), "the student's folder does not say what it was led away from");
        assertEquals("reference-of-teacher", lines.get(0)[0]);
        assertEquals("0.0000", lines.get(0)[LATENTS]);
        assertTrue(Double.parseDouble(lines.get(1)[TRAJECTORY]) > 0, made.out());
        assertEquals("-", lines.get(3)[TRAJECTORY], "its time is folded into its weights");
        for (String[] cells : lines) {
            assertEquals(List.of("-", "-"), List.of(cells[CONCEPT], cells[FRECHET]));
        }
        assertEquals(1, made.err().split("no faithfulness", -1).length - 1, made.err());
        assertTrue(made.err().contains("3×64×64") && made.err().contains("6 of 6"), made.err());

        DrawRequest request = DrawRequest.ofPrompts(new HeldOutPrompts(List.of("a cat", "an old lighthouse", "a photo of the sea"))
                .prompts(0, COUNT)).withSeeds(HeldOut.seeds(COUNT));
        try (Teacher loaded = Teacher.load(teacher, Devices.best())) {
            float[] reference = latents(loaded, request.withSteps(50).asReference());
            for (int i : new int[] {4, 5}) {
                double rmse = PairedError.rmse(latents(loaded, request.withSteps(i == 4 ? 2 : 50)), reference);
                assertEquals(String.format(Locale.ROOT, "%.4f", rmse), lines.get(i)[LATENTS], "from the noise");
            }
        }
    }

    @Test
    void scalesHaveALineEach() {
        List<String[]> lines = lines(evaluate("--model", teacher, "--prompts", prompts, "--steps", 50, "--guidance", "1,2.5"));
        assertEquals(List.of("1", "1", "2.5", "2.5"), lines.stream().map(cells -> cells[2]).toList());
        assertEquals(List.of("0.0000", "0.0000"), List.of(lines.get(0)[LATENTS], lines.get(2)[LATENTS]));
        assertNotEquals(lines.get(1)[LATENTS], lines.get(3)[LATENTS]);
    }

    @Test
    void whatIsKeptIsNotDrawnAgain() throws IOException {
        Path keep = folder.resolve("keep");
        CommandRun once = evaluate("--model", teacher, "--prompts", prompts, "--keep", keep, "--steps", "1");
        List<Path> files;
        try (Stream<Path> all = Files.walk(keep)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        assertEquals(2, files.size());
        assertEquals(once.succeeded().out(), evaluate("--model", teacher, "--prompts", prompts, "--keep", keep, "--steps", "1").out());
        Files.copy(files.get(1), files.get(0), StandardCopyOption.REPLACE_EXISTING); // the reference, for the step
        List<String[]> read = lines(evaluate("--model", teacher, "--prompts", prompts, "--keep", keep, "--steps", "1"));
        assertEquals("0.0000", read.get(1)[LATENTS]);
    }

    /** The bundled student, by a classifier and pictures of its own. */
    @Test
    void measuresWhatPicturesShow() throws IOException {
        Path bundled = ROOT.resolve("students/emoji-64");
        CommandRun made = evaluate("--model", bundled, "--teacher", ROOT.resolve("teachers/emoji-64"), "--pictures", scenes);
        String[] cells = lines(made).get(1);
        List<String> drawn = HeldOutPrompts.of(EmojiPictures.read(scenes).captions()).shownBy(COUNT).prompts(0, COUNT);
        try (Student student = Student.load(bundled); PromptRuler ruler = new PromptRuler(scenes, scenes, Devices.best())) {
            PromptFigures figures = ruler.measure(PairedError.clamp(
                    student.pixels(DrawRequest.ofPrompts(drawn).withSeeds(HeldOut.seeds(COUNT)))), drawn);
            assertEquals(String.format(Locale.ROOT, "%.1f", 100 * figures.faithfulness().all()), cells[ALL]);
            assertEquals(String.format(Locale.ROOT, "%.3f", figures.frechet()), cells[FRECHET]);
        }
        assertFalse(made.err().contains("boot: "), made.err());
        CommandRun without = CommandRun.boot("evaluate", "--model", bundled, "--teacher", ROOT.resolve("teachers/emoji-64"),
                "--prompts", prompts, "--extractor", scenes, "--count", 2);
        assertEquals("-", lines(without).get(1)[ALL]);
        assertTrue(without.err().contains("no concept that the classifier knows"), without.err());
    }

    @Test
    void whatDoesNotFitIsRefused() throws IOException {
        Path emoji = ROOT.resolve("students/emoji-64");
        evaluate("--model", run + "," + BundledTeacher.folder()).refused(2, "--model is", "prompts alone, or of labels alone");
        evaluate("--model", run, "--teacher", BundledTeacher.folder()).refused(2, "--teacher is", "one that draws from prompts");
        evaluate("--model", emoji, "--teacher", teacher, "--prompts", prompts).refused(1, emoji.toString(), "3×64×64", "--teacher");
        evaluate("--model", run, "--images", folder).refused(2, "--images is", "see --pictures");
        evaluate("--model", run, "--teacher", teacher, "--column", "x").refused(2, "--column is x", "without --prompts");
        evaluate("--model", run, "--steps", 1_001).refused(2, "--steps is 1001");
        evaluate("--model", run, "--guidance", "1,-2").refused(2, "--guidance is -2.0");
        CommandRun.boot("evaluate", "--model", run, "--count", 1).refused(2, "--count is 1", "2 … 100,000");
        CommandRun.boot("evaluate", "--model", BundledTeacher.folder(), "--keep", folder).refused(2, "--keep is", "no prompts");
        CommandRun.boot("evaluate", "--model", BundledTeacher.folder(), "--guidance", "1,2").refused(2, "--guidance is", "one scale");
        CommandRun.boot("evaluate", "--model", run, "--teacher", teacher, "--extractor",
                ROOT.resolve("extractors/fashion-mnist-16")).refused(1, "fashion-mnist-16", "is no classifier of prompts", "emoji-64");
    }

    @Test
    void filesThatAreWrongAreNamed() throws IOException {
        evaluate("--model", teacher, "--prompts", folder.resolve("none.txt"))
                .refused(1, "none.txt: no such file");
        evaluate("--model", teacher, "--prompts", prompts, "--column", "x").refused(1, prompts.toString(), "has no columns");
        Path table = Files.writeString(folder.resolve("prompts.csv"), "prompt,seed\na cat,1\na dog\n");
        evaluate("--model", teacher, "--prompts", table).refused(1, "prompts.csv", "line 3", "has 1 columns");
        evaluate("--model", teacher, "--pictures", folder)
                .refused(1, "metadata.jsonl is missing", "give a folder of captioned pictures");
        Path copy = folder.resolve("scenes");
        EmojiScenes.write(copy, 20, 3);
        Files.delete(copy.resolve("pictures/7.png"));
        evaluate("--model", teacher, "--prompts", prompts, "--pictures", copy).refused(1, "7.png");
        Path captions = copy.resolve("metadata.jsonl");
        Files.writeString(captions, Files.readString(captions).replaceFirst("\"concept\"", "\"title\""));
        evaluate("--model", teacher, "--pictures", copy).refused(1, "metadata.jsonl line 1", "concept is missing");
    }

    /** Before the line of the reference. */
    @Test
    void moreStepsThanTheSamplerHasAreRefusedAtOnce() throws IOException {
        Path denoising = folder.resolve("denoising");
        try (Teacher loaded = Teacher.load(teacher, Devices.best()); Student student = DenoisingStudents.of(loaded, FewSteps.DDIM)) {
            student.save(denoising);
        }
        CommandRun late = evaluate("--model", denoising, "--teacher", teacher, "--prompts", prompts, "--steps", "1,100", "--sampler",
                "renoise");
        late.refused(2, "--steps is 100, must be 1 … 50 for a student");
        assertEquals("", late.out());
    }
}
