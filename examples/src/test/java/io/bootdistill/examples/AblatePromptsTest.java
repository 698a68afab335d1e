package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.TinyPipeline;
import io.bootdistill.TinyTeacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.objective.Trajectories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recipes on a tiny teacher of prompts, whose words and pictures the classifier does not know. */
final class AblatePromptsTest {

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
        prompts = Files.write(shared.resolve("prompts.txt"), List.of("a cat", "an old lighthouse", "a photo of the sea"));
        recipes = Files.writeString(shared.resolve("recipes.json"), "{\"defaults\": {\"work\": {\"batch\": 4}},"
                + " \"unguided\": {\"work\": {\"batch\": 4}, \"guidance\": {\"range\": {\"least\": 1, \"most\": 1}}},"
                + " \"told\": {\"work\": {\"batch\": 4}, \"guidance\": {\"range\": {\"least\": 1, \"most\": 3}},"
                + " \"phases\": [{\"objective\": \"bootstrap\"}]}}");
        out = shared.resolve("ablation");
        first = run(out, "--recipes", recipes, "--prompts", prompts, "--steps", 12, "--guidance", 2,
                "--jobs", Math.min(2, Runtime.getRuntime().availableProcessors())).succeeded();
    }

    private static CommandRun run(Path out, Object... more) {
        List<Object> arguments =
                new ArrayList<>(List.of("ablate", "--teacher", teacher, "--out", out, "--device", Devices.best().name()));
        arguments.addAll(List.of(more));
        return CommandRun.boot(arguments.toArray());
    }

    /** The lines of the table for programs, by recipe or the teacher's steps and guidance; each by the names of its columns. */
    private static Map<String, Map<String, String>> lines() throws IOException {
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
        assertEquals(Trajectories.defaults().withUses(8, 96), defaults.phases().get(0).objective());
        assertEquals(DistillationConfig.builder().noCorrector().build().corrector(), defaults.corrector());
        assertEquals(new GuidanceRange(2, 2), defaults.guidance().range());
        DistillationConfig told = DistillationConfig.read(out.resolve("12-steps/told/config.json"));
        assertEquals(defaults.corrector(), told.corrector());
        assertEquals(new GuidanceRange(1, 3), told.guidance().range());
    }

    /** A student that has learnt nothing yet is far from the reference of its own guidance; the teacher's 50 steps are it. */
    @Test
    void everyStudentIsMeasuredAgainstItsOwnGuidance() throws IOException {
        Map<String, Map<String, String>> lines = lines();
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

    @Test
    void tableSaysWhatCompares() throws IOException {
        String table = Files.readString(out.resolve("ablation.md"));
        for (String part : List.of("64 pictures of held-out prompts", "with the guidance that it was distilled for", "is told 2 where",
                "| steps | Fréchet distance | concept, % |", "\n| 50, w = 1 | – | – | – | – | – | 0.0000 |", "\n## 12 steps\n",
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

    /** A run is that of distill, to the bit. */
    @Test
    void runsAreThoseOfDistill() throws IOException {
        Path alone = folder.resolve("alone");
        CommandRun.distill(teacher, alone, "--prompts", prompts, "--recipe", out.resolve("12-steps/told/config.json"), "--no-report")
                .succeeded();
        assertArrayEquals(Files.readAllBytes(alone.resolve("state.safetensors")),
                Files.readAllBytes(out.resolve("12-steps/told/state.safetensors")));
    }

    @Test
    void goesOnWithTheSamePromptsAlone() throws IOException {
        Object before = Files.getLastModifiedTime(out.resolve("teacher/50-steps/result.json"));
        CommandRun again = run(out, "--recipes", recipes, "--prompts", prompts, "--steps", 12, "--guidance", 2).succeeded();
        assertTrue(again.err().contains("12 steps, told: done before") && !again.err().contains("sampling the teacher"), again.err());
        assertEquals(before, Files.getLastModifiedTime(out.resolve("teacher/50-steps/result.json")));
        Path others = Files.write(folder.resolve("others.txt"), List.of("a cat", "a dog", "a photo of the sea"));
        run(out, "--recipes", recipes, "--prompts", others, "--steps", 12, "--guidance", 2).refused(1, "was begun as", "prompts=3 ");
        run(out, "--recipes", recipes, "--prompts", prompts, "--steps", 12, "--guidance", 3)
                .refused(1, "was begun as", "least=2.0", "least=3.0");
    }

    @Test
    void whatDoesNotFitIsRefused() throws IOException {
        Path fresh = folder.resolve("fresh");
        run(fresh, "--steps", 1).refused(2, "--prompts is missing, must be given for this teacher");
        run(fresh, "--prompts", prompts, "--steps", 1, "--only", "adam")
                .refused(1, "the bundled recipes of prompts: no recipe adam; there are defaults, trajectories-w1, ");
        Path labels = Files.writeString(folder.resolve("labels.json"), "{\"away\": {\"guidance\": {\"negativeLabel\": 1}}}");
        run(fresh, "--prompts", prompts, "--steps", 1, "--recipes", labels)
                .refused(1, "labels.json: away: guidance.negativeLabel is of teachers of classes");
        run(fresh, "--prompts", prompts, "--steps", 1, "--pictures", folder.resolve("none")).refused(1, "none");
        Path classes = folder.resolve("classes");
        TinyTeacher.write(classes, "v_prediction");
        CommandRun.boot("ablate", "--teacher", classes, "--prompts", prompts, "--out", fresh)
                .refused(2, "--prompts is " + prompts + ", must be left out: this teacher reads no prompts");
        CommandRun.boot("ablate", "--teacher", classes, "--pictures", folder, "--out", fresh)
                .refused(2, "--pictures is " + folder + ", must be left out without --prompts");
        assertFalse(Files.exists(fresh), "nothing was started");
    }
}
