package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.TinyTeacher;
import io.bootdistill.device.Devices;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two recipes on the tiny teacher, which the ruler does not fit. */
final class AblateCommandTest {

    private static final String THROUGH = "\"through\": {\"work\": {\"batch\": 4}, \"clip\": {\"to\": {\"value\": 1}},"
            + " \"corrector\": {\"matching\": {\"through\": {\"a\": 1}},"
            + " \"online\": {\"own\": {\"updates\": 1, \"guidance\": 0}}}}";

    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    @TempDir
    private Path folder;

    private Path teacher;
    private Path recipes;
    private Path out;

    @BeforeEach
    void write() throws IOException {
        teacher = folder.resolve("teacher");
        TinyTeacher.write(teacher, "v_prediction");
        recipes = folder.resolve("recipes.json");
        Files.writeString(recipes, "{\"defaults\": {\"work\": {\"batch\": 4}}, \"euler\": {\"work\": {\"batch\": 4},"
                + " \"phases\": [{\"objective\": {\"bootstrap\": {\"solver\": \"EULER\"}}}]}}");
        out = folder.resolve("ablation");
    }

    private Object[] arguments(Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("ablate", "--recipes", recipes, "--teacher", teacher, "--out", out,
                "--device", Devices.best().name()));
        arguments.addAll(List.of(more));
        return arguments.toArray();
    }

    private CommandRun ablate(Object... more) {
        return CommandRun.boot(arguments(more));
    }

    private static byte[] state(Path run) throws IOException {
        return Files.readAllBytes(run.resolve("state.safetensors"));
    }

    @Test
    void folderHoldsRunsTableAndPlots() throws IOException {
        CommandRun run = ablate("--steps", "6,12", "--jobs", Math.min(2, PROCESSORS)).succeeded();
        assertTrue(run.out().contains("table        " + out.resolve("ablation.md")), run.out());
        String table = Files.readString(out.resolve("ablation.md"));
        for (String part : List.of("| steps | Fréchet distance |", "\n| 50 | – | – | – | – | – | 0.0000 |", "\n## 6 steps\n",
                "\n## 12 steps\n", "\n| defaults | work.batch 4 | 12 | ",
                "\n| euler | work.batch 4, bootstrap.solver EULER | 6 | ",
                "![](paired-rmse-12-steps.png)")) {
            assertTrue(table.contains(part), "no \"" + part + "\" in " + table);
        }
        assertTrue(table.indexOf("## 6 steps") < table.indexOf("## 12 steps"), table);
        List<String> data = Files.readAllLines(out.resolve("ablation.csv"));
        assertEquals(1 + 4 + 4, data.size(), String.join("\n", data));
        assertTrue(data.stream().anyMatch(line ->
                line.startsWith("12 steps,euler,\"work.batch 4, bootstrap.solver EULER\",12,48,")));
        assertTrue(ImageIO.read(out.resolve("paired-rmse-12-steps.png").toFile()).getWidth() > 1_000);
        assertFalse(Files.exists(out.resolve("frechet-12-steps.png")), "there are no images to compare with");

        // as distill makes it, however many run side by side
        Path alone = folder.resolve("alone");
        Files.writeString(recipes, Files.readString(out.resolve("12-steps/euler/config.json")));
        CommandRun.distill(teacher, alone, "--recipe", recipes).succeeded();
        assertArrayEquals(state(alone), state(out.resolve("12-steps/euler")));
    }

    /** Each method has the best of three rates; the best method goes on from another seed, and with the next budget. */
    @Test
    void methodsFindTheirRateAndTheBestGoesOn() throws IOException {
        CommandRun run = ablate("--methods", "--best", 1, "--seeds", 2, "--steps", "20,30").succeeded();
        List<String> data = Files.readAllLines(out.resolve("ablation.csv"));
        for (String method : List.of("defaults", "euler")) {
            assertEquals(values(row(data, "6 steps," + method + ".rate-")), values(row(data, "20 steps," + method + ",")));
        }
        String best = row(data.stream().filter(line -> !line.contains("seed")).toList(), "20 steps,").split(",")[1];
        assertEquals(1 + 4 + 2 * 3 + 2 + 1 + 1, data.size(), String.join("\n", data));
        assertTrue(Files.readString(out.resolve("20-steps/" + best + ".seed-1/config.json")).contains("\"seed\": 1,"));
        row(data, "30 steps," + best + ",");
        String table = Files.readString(out.resolve("ablation.md"));
        assertTrue(table.contains("| " + best + " | ![](30-steps/" + best + "/strip.png) |"), table);
        assertEquals(ImageIO.read(out.resolve("teacher/50-steps/strip.png").toFile()).getWidth(),
                ImageIO.read(out.resolve("30-steps/" + best + "/strip.png").toFile()).getWidth());

        CommandRun again = ablate("--methods", "--best", 1, "--seeds", 2, "--steps", "20,30").succeeded();
        assertFalse(again.err().contains("steps 0 to"), again.err());
        assertEquals(data, Files.readAllLines(out.resolve("ablation.csv")), run.err());
    }

    /** Whatever happens during the runs. */
    @Test
    void minutesAreStepsByThePacesOfTheFolder() throws IOException {
        Files.createDirectories(out);
        Files.writeString(out.resolve("paces.json"), "{\"imagesPerMinute\": {\"defaults\": 20.5, \"euler\": 32}}");
        ablate("--minutes", 1).succeeded();
        List<String> data = Files.readAllLines(out.resolve("ablation.csv"));
        assertTrue(row(data, "1 minutes,defaults,").contains(",5,20,"), data.toString());
        assertTrue(row(data, "1 minutes,euler,").contains(",8,32,"), data.toString());
    }

    /** One that needs the gradient of a teacher that is clipped, and one whose loss is infinite. */
    @Test
    void methodsThatCannotRunAreLeftOutWithANote() throws IOException {
        Files.writeString(recipes, "{\"defaults\": {\"work\": {\"batch\": 4}}, " + THROUGH + ","
                + " \"wild\": {\"work\": {\"batch\": 4}, \"corrector\": \"none\","
                + " \"phases\": [{\"objective\": {\"bootstrap\": {\"boundary\": {\"term\": {"
                + "\"share\": 0.5, \"beta\": 1e300}}}}}]}}");
        CommandRun run = ablate("--methods", "--best", 2, "--seeds", 1, "--steps", 20).succeeded();
        assertTrue(run.err().contains("20 steps, through: left out: not for this teacher: matching of the corrector is through,"),
                run.err());
        String table = Files.readString(out.resolve("ablation.md"));
        String tuned = table.substring(table.indexOf("## 6 steps"), table.indexOf("## 20 steps"));
        String compared = table.substring(table.indexOf("## 20 steps"));
        assertTrue(compared.contains("| through | ") && compared.contains("| not for this teacher: matching of"), table);
        assertTrue(compared.contains("| wild | ") && compared.contains("| diverged at each rate |"), table);
        assertTrue(compared.contains(" : default |") && !tuned.contains(" : default"), table);
        assertTrue(tuned.contains("| wild.rate-own | ") && !tuned.contains("through"), table);
        try (Stream<Path> runs = Files.list(out.resolve("20-steps"))) {
            assertEquals(List.of("defaults"), runs.map(path -> path.getFileName().toString()).toList());
        }
        assertEquals(1 + 4 + 2 * 3 + 1 + 2, Files.readAllLines(out.resolve("ablation.csv")).size());
    }

    @Test
    void recipesThatDoNotFitAreRefusedAtOnce() throws IOException {
        Files.writeString(recipes, "{\"defaults\": {\"work\": {\"batch\": 4}}, " + THROUGH + "}");
        ablate("--steps", 6).refused(1, "recipes.json: through: matching of the corrector is through", "clipped");
        assertFalse(Files.exists(out.resolve("6-steps")), "nothing has run");
    }

    /** The first is the best. */
    private static String row(List<String> data, String start) {
        return data.stream().filter(line -> line.startsWith(start)).findFirst().orElseThrow();
    }

    private static String values(String row) {
        return row.substring(row.indexOf('"'), row.lastIndexOf('"'));
    }

    @Test
    void whatIsDoneIsNotRepeated() throws IOException {
        ablate("--steps", 6, "--only", "defaults").succeeded();
        Path done = out.resolve("6-steps/defaults/result.json");
        Object before = Files.getLastModifiedTime(done);
        CommandRun again = ablate("--steps", 6).succeeded();
        assertTrue(again.err().contains("6 steps, defaults: done before\n6 steps, euler: steps 0 to 6\n"), again.err());
        assertEquals(before, Files.getLastModifiedTime(done));
        assertEquals(1 + 4 + 2, Files.readAllLines(out.resolve("ablation.csv")).size());

        ablate("--steps", 6, "--seed", 1).refused(1, "was begun otherwise: seed is 0 there, 1 here; ");
        Files.writeString(recipes, "{\"defaults\": {\"work\": {\"batch\": 4}, \"optimiser\": {\"beta2\": 0.5}}}");
        ablate("--steps", 6).refused(1, "optimiser.beta2 is 0.99, not 0.5");
        TinyTeacher.write(teacher, "sample");
        ablate("--steps", 6).refused(1, "was begun otherwise: teacher is ");
    }

    /** The teacher is guided as the default recipe is. */
    @Test
    void guidanceIsOfTheTeacherToo() throws IOException {
        ablate("--steps", 6, "--only", "defaults").succeeded();
        out = folder.resolve("guided");
        ablate("--steps", 6, "--only", "defaults", "--guidance", 3).succeeded();
        String config = Files.readString(out.resolve("6-steps/defaults/config.json"));
        assertTrue(config.contains("\"most\": 3.0"), config);
        assertNotEquals(row(folder.resolve("ablation"), "teacher"), row(out, "teacher"), "the teacher in one step");
        ablate("--steps", 6).refused(1, "was begun otherwise: guidance is ", "least=3.0", "none here");
    }

    private static String row(Path out, String recipe) throws IOException {
        return Files.readAllLines(out.resolve("ablation.csv")).stream()
                .filter(line -> line.contains("," + recipe + ",")).findFirst().orElseThrow();
    }

    /** Ctrl-C in the second run, then the same command: the same bits as without. */
    @Test
    @Timeout(240)
    void goesOnAfterCtrlC() throws Exception {
        Object[] arguments = arguments("--steps", 1_800);
        Process process = CommandRun.start(List.of(), arguments);
        StringBuilder output = new StringBuilder();
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                output.append(line).append('\n');
                if (line.startsWith("1800 steps, euler: step 300 ")) {
                    new ProcessBuilder("sh", "-c", "kill -INT " + process.pid()).start().waitFor();
                }
            }
        }
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(130, process.exitValue(), output::toString);
        assertTrue(output.toString().contains("go on with the same command and --out " + out), output::toString);
        Path stopped = out.resolve("1800-steps/euler");
        assertFalse(Files.exists(stopped.resolve("result.json")));

        CommandRun second = CommandRun.boot(arguments).succeeded();
        assertTrue(second.err().contains("defaults: done before"), second.err());
        assertFalse(second.err().contains("euler: steps 0 to"), second.err());
        Path alone = folder.resolve("alone");
        CommandRun.distill(teacher, alone, "--recipe", stopped.resolve("config.json"), "--no-report").succeeded();
        assertArrayEquals(state(alone), state(stopped));
    }

    /** Killed before the first checkpoint: what is there is no run yet. */
    @Test
    void beginsAnewWithoutACheckpoint() throws IOException {
        Path run = Files.createDirectories(out.resolve("6-steps/defaults"));
        for (String remains : List.of("config.json", "metrics.csv", "state.safetensors.tmp-1")) {
            Files.writeString(run.resolve(remains), "{");
        }
        ablate("--steps", 6, "--only", "defaults").succeeded();
        try (Stream<Path> files = Files.list(run)) {
            assertTrue(files.noneMatch(file -> file.toString().contains(".tmp-")));
        }
    }

    @Test
    void mistakesAreRefused() throws IOException {
        ablate("--steps", 0).refused(2, "--steps is 0");
        ablate("--minutes", 0.5).refused(2, "--minutes is 0.5");
        ablate("--methods", "--best", 0).refused(2, "--best is 0", "at least 1");
        ablate("--methods", "--seeds", 0).refused(2, "--seeds is 0", "at least 1");
        ablate("--best", 2).refused(2, "--methods");
        ablate("--jobs", 0).refused(2, "--jobs is 0");
        ablate("--jobs", PROCESSORS + 1).refused(2, "--jobs is " + (PROCESSORS + 1), "must be 1 … " + PROCESSORS);
        ablate("--steps", 1, "--only", "none").refused(1, "no recipe none; there are defaults, euler");
        Files.writeString(recipes, "{\"a\": {\"corector\": \"none\"}}");
        ablate("--steps", 1).refused(1, "recipes.json: a: unknown key corector; the nearest is corrector");
        assertFalse(Files.exists(out), "nothing was started");
    }
}
