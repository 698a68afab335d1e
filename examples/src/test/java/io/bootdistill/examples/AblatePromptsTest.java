package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BundledTeacher;
import io.bootdistill.HeldOut;
import io.bootdistill.Student;
import io.bootdistill.TinyPipeline;
import io.bootdistill.TinyTeacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.GuidanceInterval;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.examples.extractor.EmojiPictures;
import io.bootdistill.examples.extractor.EmojiScenes;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.metric.PairedError;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recipes on a tiny teacher of prompts, whose words and pictures the classifier does not know. */
final class AblatePromptsTest {

    private static final Path EXTRACTOR = BundledTeacher.folder().getParent().resolveSibling("extractors/emoji-64");

    /** Values of the tiny pipeline's latents. */
    private static final int LATENT = 4 * 8 * 8;

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private static Path teacher;
    private static Path prompts;
    private static Path recipes;
    private static Path out;
    private static CommandRun first;

    @BeforeAll
    static void ablate() throws IOException {
        teacher = TinyPipeline.write(shared.resolve("teacher"));
        prompts = CommandRun.writePrompts(shared);
        recipes = Files.writeString(shared.resolve("recipes.json"), "{\"defaults\": {\"work\": {\"batch\": 4}},"
                + " \"unguided\": {\"work\": {\"batch\": 4}, \"guidance\": {\"range\": {\"least\": 1, \"most\": 1}}},"
                + " \"told\": {\"work\": {\"batch\": 4}, \"guidance\": {\"range\": {\"least\": 1, \"most\": 3}},"
                + " \"phases\": [{\"objective\": \"bootstrap\"}]}}");
        out = shared.resolve("ablation");
        first = again(prompts, 2).succeeded();
    }

    private static CommandRun again(Path prompts, int guidance) {
        return run(out, "--recipes", recipes, "--prompts", prompts, "--steps", 12, "--guidance", guidance, "--guidance-interval",
                "0:1",
                "--extractor", EXTRACTOR, "--jobs", Math.min(2, Runtime.getRuntime().availableProcessors()));
    }

    private static CommandRun run(Path out, Object... more) {
        List<Object> arguments =
                new ArrayList<>(List.of("ablate", "--teacher", teacher, "--out", out, "--device", Devices.best().name()));
        arguments.addAll(List.of(more));
        return CommandRun.boot(arguments.toArray());
    }

    /** The lines of the table for programs, by recipe or the teacher's steps and guidance; each by the names of its columns. */
    private static Map<String, Map<String, String>> lines(Path out) throws IOException {
        List<String> lines = Files.readAllLines(out.resolve("ablation.csv"));
        String[] names = lines.get(0).split(",");
        Map<String, Map<String, String>> all = new LinkedHashMap<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.replaceAll("\"[^\"]*\"", "values").split(",", -1);
            Map<String, String> values = new LinkedHashMap<>();
            Arrays.setAll(cells, i -> values.put(names[i], cells[i]) == null ? cells[i] : "");
            String words = line.replaceAll("^[^\"]*\"|\".*", "");
            all.put(cells[1].equals("teacher") ? (cells[3] + " " + words).strip() : cells[1], values);
        }
        return all;
    }

    @Test
    void recipesDifferFromTheDefaultsOfPrompts() {
        DistillationConfig defaults = DistillationConfig.read(out.resolve("12-steps/defaults/config.json"));
        DistillationConfig recipe = DistillationConfig.builder().forPrompts(2).build();
        assertEquals(recipe.phases(), defaults.phases());
        assertEquals(recipe.corrector(), defaults.corrector());
        assertEquals(recipe.guidance().withInterval(GuidanceInterval.ALWAYS), defaults.guidance());
        DistillationConfig told = DistillationConfig.read(out.resolve("12-steps/told/config.json"));
        assertEquals(defaults.corrector(), told.corrector());
        assertEquals(new GuidanceRange(1, 3), told.guidance().range());
    }

    /** A student that has learnt nothing yet is far from the reference of its own guidance; the teacher's 50 steps are it. */
    @Test
    void everyStudentIsMeasuredAgainstItsOwnGuidance() throws IOException {
        Map<String, Map<String, String>> lines = lines(out);
        assertEquals(List.of("1", "4", "10", "50", "1 w = 1", "4 w = 1", "10 w = 1", "50 w = 1"),
                List.copyOf(lines.keySet()).subList(0, 8));
        assertEquals(8 + 3, lines.size());
        for (String reference : List.of("50", "50 w = 1")) {
            assertEquals("0.00000", lines.get(reference).get("latent_rmse"));
            assertEquals("1.00000", lines.get(reference).get("diversity"));
        }
        for (String other : List.of("10", "1 w = 1", "defaults", "unguided", "told")) {
            for (String measure : List.of("latent_rmse", "picture_rmse", "diversity")) {
                assertTrue(Double.parseDouble(lines.get(other).get(measure)) > 0, other + " " + measure);
            }
            assertEquals("", lines.get(other).get("frechet") + lines.get(other).get("faithfulness"), "nothing knows these words");
        }
    }

    /** By the student that the run wrote and the latents that the teacher drew; one that is told its guidance is told 2. */
    @ParameterizedTest
    @CsvSource({"defaults, 2", "unguided, 1", "told, 2"})
    void errorIsAgainstTheReferenceOfTheSameGuidance(String recipe, int scale) throws IOException {
        FloatBuffer reference = FloatBuffer.allocate(LATENT * CommandRun.HELD_OUT);
        for (String name : List.of("00000", "00050")) { // in files of 50 pictures
            Path file = out.resolve("teacher/latents/50-steps-w-" + scale + "/" + name + ".safetensors");
            try (SafetensorsFile latents = SafetensorsFile.open(file)) {
                reference.put(latents.floats("latents"));
            }
        }
        List<String> all = Files.readAllLines(prompts);
        DrawRequest request = DrawRequest.ofPrompts(
                        IntStream.range(0, CommandRun.HELD_OUT).mapToObj(i -> all.get(i % all.size())).toList())
                .withSeeds(HeldOut.seeds(CommandRun.HELD_OUT)).withGuidance(scale);
        try (Student student = Student.load(out.resolve("12-steps").resolve(recipe).resolve("student"), Devices.best())) {
            double expected = PairedError.rmse(student.latents(request), reference.array());
            assertEquals(expected, Double.parseDouble(lines(out).get(recipe).get("latent_rmse")), 1e-4 * expected);
        }
    }

    @Test
    void tableSaysWhatCompares() throws IOException {
        String table = Files.readString(out.resolve("ablation.md"));
        for (String part : List.of("64 pictures of held-out prompts", "with the guidance that it was distilled for",
                "is told 2 where", "| steps | Fréchet distance | Fréchet distance, 4 steps | concept, % |",
                "\n| 50, w = 1 | – | – | – | – | – | – | 0.0000 |", "\n## 12 steps\n",
                "\n| told | work.batch 4, guidance.range.least 1, guidance.range.most 3, bootstrap | 12 | ",
                "![](picture-rmse-12-steps.png)")) {
            assertTrue(table.contains(part), "no \"" + part + "\" in " + table);
        }
        assertTrue(Files.size(out.resolve("picture-rmse-12-steps.png")) > 0);
        assertFalse(Files.exists(out.resolve("faithfulness-12-steps.png")), "nothing knows these words");
        assertTrue(first.err().contains("boot: no faithfulness and no Frechet distances: the pictures are "), first.err());
        List<String> points = Files.readAllLines(out.resolve("12-steps/told/points.csv"));
        assertEquals("step,images,frechet,faithfulness,picture_rmse", points.get(0));
        assertEquals(1 + 6, points.size(), String.join("\n", points));
    }

    /** Pictures and words that a classifier knows. */
    @Test
    void whatPicturesShowIsMeasured() throws IOException {
        Path large = TinyPipeline.write(folder.resolve("large"), 32);
        Path scenes = folder.resolve("scenes");
        EmojiScenes.write(scenes, 160, 3);
        EmojiScenes.writeClassifier(scenes, Devices.best());
        Path captions = Files.write(folder.resolve("captions.txt"), EmojiPictures.read(scenes).captions());
        Path found = folder.resolve("found");
        Files.writeString(folder.resolve("one.json"), "{\"defaults\": {\"work\": {\"batch\": 4}}}");
        CommandRun.boot("ablate", "--teacher", large, "--out", found, "--recipes", folder.resolve("one.json"),
                "--prompts", captions, "--guidance", 1, "--steps", 2, "--pictures", scenes, "--extractor", scenes,
                "--device", Devices.best().name())
                .succeeded();
        Map<String, Map<String, String>> lines = lines(found);
        for (String row : List.of("50", "1", "defaults")) {
            assertTrue(Double.parseDouble(lines.get(row).get("frechet")) > 0, row);
            for (String share : List.of("concept", "style", "ground", "faithfulness")) {
                double value = Double.parseDouble(lines.get(row).get(share));
                assertTrue(value >= 0 && value <= 1, row + ": " + share + " " + value);
            }
        }
        assertTrue(Files.exists(found.resolve("frechet-2-steps.png")));
        assertTrue(Files.readString(found.resolve("ablation.json")).contains("\"images\": \""), "the key of the pictures");
    }

    /** A run is that of distill, to the bit. */
    @Test
    void runsAreThoseOfDistill() throws IOException {
        Path alone = folder.resolve("alone");
        CommandRun.distill(teacher, alone, "--prompts", prompts, "--recipe", out.resolve("12-steps/told/config.json"),
                "--no-report").succeeded();
        assertArrayEquals(Files.readAllBytes(alone.resolve("state.safetensors")),
                Files.readAllBytes(out.resolve("12-steps/told/state.safetensors")));
    }

    @Test
    void goesOnWithTheSamePromptsAlone() throws IOException {
        Object before = Files.getLastModifiedTime(out.resolve("teacher/50-steps/result.json"));
        CommandRun again = again(prompts, 2).succeeded();
        assertTrue(again.err().contains("12 steps, told: done before"), again.err());
        assertFalse(again.err().contains("sampling the teacher"), again.err());
        assertEquals(before, Files.getLastModifiedTime(out.resolve("teacher/50-steps/result.json")));
        Path others = Files.write(folder.resolve("others.txt"), List.of("a cat", "a dog", "a photo of the sea"));
        again(others, 2).refused(1, "was begun otherwise: prompts is \"3 ");
        again(prompts, 3).refused(1, "was begun otherwise: guidance is ", "least=3.0");
    }

    @Test
    void whatDoesNotFitIsRefused() throws IOException {
        Path fresh = folder.resolve("fresh");
        run(fresh, "--steps", 1).refused(2, "--prompts is missing, must be given for this teacher");
        run(fresh, "--prompts", prompts, "--steps", 1, "--only", "adam")
                .refused(1, "the bundled recipes of prompts: no recipe adam; there are defaults, no-corrector, ");
        Path labels = Files.writeString(folder.resolve("labels.json"), "{\"away\": {\"guidance\": {\"negativeLabel\": 1}}}");
        run(fresh, "--prompts", prompts, "--steps", 1, "--recipes", labels)
                .refused(1, "labels.json: away: guidance.negativeLabel is of teachers of classes");
        run(fresh, "--prompts", prompts, "--steps", 1, "--pictures", folder.resolve("none"), "--extractor", EXTRACTOR)
                .refused(1, folder.resolve("none").toString());
        Path classes = folder.resolve("classes");
        TinyTeacher.write(classes, "v_prediction");
        CommandRun.boot("ablate", "--teacher", classes, "--prompts", prompts, "--out", fresh)
                .refused(2, "--prompts is " + prompts + ", must be left out: this teacher reads no prompts");
        CommandRun.boot("ablate", "--teacher", classes, "--pictures", folder, "--out", fresh)
                .refused(2, "--pictures is " + folder + ", must be left out without --prompts");
        assertFalse(Files.exists(fresh), "nothing was started");
    }
}
