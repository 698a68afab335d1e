package io.bootdistill.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Delta;
import io.bootdistill.objective.DeltaSchedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The folder of a run that is to go on, and damage to it. */
@Tag("fast")
class RunFolderTest {

    private static final long SEED = (1L << 62) + 1; // no double

    @TempDir
    Path temp;

    private RunFolder folder;
    private Path file;
    private DistillationConfig config;

    @BeforeEach
    void writeConfig() throws IOException {
        folder = RunFolder.plan(temp.resolve("run"));
        folder.make().close();
        file = temp.resolve("run").resolve(RunFolder.CONFIG);
        config = DistillationConfig.builder().seed(SEED)
                .objective(Bootstrap.defaults().withDelta(new Delta(0.12, 0.1, DeltaSchedule.GEOMETRIC)))
                .workers(2).folder(temp.resolve("run")).build();
        folder.writeConfig(config.toJson());
    }

    private DistillationConfig read() {
        return folder.readDistillation(2);
    }

    private JsonObject json() throws IOException {
        return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    }

    private void assertRefused(String... words) {
        ModelFormatException refused = assertThrows(ModelFormatException.class, this::read);
        assertTrue(refused.getMessage().startsWith(file.toString()), refused.getMessage());
        for (String word : words) {
            assertTrue(refused.getMessage().contains(word), "\"" + refused.getMessage() + "\" should hold " + word);
        }
    }

    @Test
    void configurationIsReadAsItWasWritten() {
        assertEquals(config, read());
    }

    @Test
    void everyKeyIsRequired() throws IOException {
        int keys = 0;
        for (String group : List.of("", "length", "work", "optimiser", "guidance", "evaluation", "output")) {
            for (String key : group(json(), group).keySet()) {
                JsonObject less = json();
                group(less, group).remove(key);
                Files.writeString(file, less.toString());
                assertRefused(key.equals("layout") ? "names no layout"
                        : ": " + (group.isEmpty() ? "" : group + ".") + key + " is missing");
                Files.writeString(file, config.toJson());
                keys++;
            }
        }
        assertEquals(11 + 1 + 3 + 8 + 6 + 2 + 2, keys);
    }

    /** By this process as by another, until it is given free. */
    @Test
    void folderIsOneRunsAlone() throws IOException {
        RunLock lock = folder.lock();
        IOException refused = assertThrows(IOException.class, () -> RunFolder.open(temp.resolve("run")).lock());
        assertTrue(refused.getMessage().startsWith(temp.resolve("run") + " is another run's"), refused.getMessage());
        assertEquals("refused", inAnotherProcess(), "the refusal has not given up the lock");
        lock.close();
        assertEquals("locked", inAnotherProcess());
        folder.lock().close();
    }

    private String inAnotherProcess() throws IOException {
        Process other = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), Locking.class.getName(), temp.resolve("run").toString())
                .redirectErrorStream(true)
                .start();
        return other.inputReader().readLine();
    }

    /** The process of {@link #inAnotherProcess}. */
    static final class Locking {

        private Locking() {}

        public static void main(String[] arguments) {
            try {
                RunFolder.open(Path.of(arguments[0])).lock().close();
                System.out.println("locked");
            } catch (IOException e) {
                System.out.println(e.getMessage().contains("is another run's") ? "refused" : e);
            }
        }
    }

    /** What was begun without a checkpoint is begun again; anything else that lies there is not a run's to replace. */
    @Test
    void beginsAnewWithoutACheckpoint() throws IOException {
        folder.writeConfig(config.toJson());
        RunFolder.plan(temp.resolve("run")).make().close();
        Files.createFile(temp.resolve("run/thesis.txt"));
        assertThrows(IOException.class, () -> RunFolder.plan(temp.resolve("run")));
        Files.delete(temp.resolve("run/thesis.txt"));
        Files.createFile(folder.checkpoint());
        assertThrows(IOException.class, () -> RunFolder.plan(temp.resolve("run")));

        Path model = Files.createDirectory(temp.resolve("model"));
        Files.createFile(model.resolve("config.json"));
        assertThrows(IOException.class, () -> RunFolder.plan(model), "its config.json is of something else");
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.json", "state.safetensors", "metrics.csv", "grids", "student", "lock"})
    void linksAreNotWrittenThrough(String name) throws IOException {
        Path elsewhere = Files.createDirectory(temp.resolve("elsewhere"));
        Files.deleteIfExists(temp.resolve("run").resolve(name));
        Files.createSymbolicLink(temp.resolve("run").resolve(name), elsewhere);
        if (!name.equals("config.json")) {
            folder.writeConfig(config.toJson());
        }
        IOException refused = assertThrows(IOException.class, () -> RunFolder.open(temp.resolve("run")));
        assertTrue(refused.getMessage().contains(name + " is a symbolic link"), refused.getMessage());
    }

    private static JsonObject group(JsonObject json, String name) {
        return name.isEmpty() ? json : json.getAsJsonObject(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"learning_rate", "workers", "folder", "timeBudget"})
    void unknownKeysAreRefused(String key) throws IOException {
        JsonObject json = json();
        json.addProperty(key, 1);
        Files.writeString(file, json.toString());
        assertRefused("unknown", key);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "phases.solver        | \"RK4\"    | one of [EULER, DDIM, HEUN, MIDPOINT, MULTISTEP]",
        "phases.solver        | 1          | one of [EULER, DDIM, HEUN, MIDPOINT, MULTISTEP]",
        "phases.boundary      | null       | one of atom, hard, term",
        "phases.weighting     | [\"FLAT\"] | one of",
        "work.batch           | 64.5       | a whole number",
        "work.batch           | 4294967360 | a whole number",
        "work.batch           | \"64\"     | a number",
        "work.batch           | 0          | 1 … 65536",
        "seed                 | 1e30       | a whole number",
        "length.images        | 100        | a positive multiple of batch",
        "phases.delta.start   | true       | a number",
        "phases.delta.start   | null       | a number",
        "phases.delta.start   | {}         | a number",
        "optimiser.rate       | -1         | in (0, 1]",
        "optimiser.clip       | 1e999      | finite",
    })
    void badValuesAreRefused(String path, String value, String allowed) throws IOException {
        JsonObject json = json();
        JsonObject group = json;
        String[] keys = path.split("\\.");
        for (int i = 0; i < keys.length - 1; i++) {
            group = keys[i].equals("phases")
                    ? json.getAsJsonArray("phases").get(0).getAsJsonObject()
                            .getAsJsonObject("objective").getAsJsonObject("bootstrap")
                    : group.getAsJsonObject(keys[i]);
        }
        String key = keys[keys.length - 1];
        group.add(key, JsonParser.parseString(value));
        Files.writeString(file, json.toString());
        assertRefused(key, " is ", allowed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "images: 3", "{\"images\": 64, \"images\": 128}"})
    void textsThatAreNoConfigurationAreRefused(String text) throws IOException {
        Files.writeString(file, text);
        assertRefused();
    }

    @Test
    void whatTheCallerSetIsNotTheFilesFault() {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> folder.readDistillation(0));
        assertTrue(refused.getMessage().startsWith("workers is 0"), refused.getMessage());
    }
}
