package io.bootdistill.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Devices;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Mlp;
import io.bootdistill.network.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The folder of a run that is to go on, and damage to it. */
class RunFolderTest {

    private static final long SEED = (1L << 62) + 1; // no double

    @TempDir
    Path temp;

    private RunFolder folder;
    private Path file;
    private DistillationConfig config;

    @BeforeEach
    void writeConfig() throws IOException {
        folder = RunFolder.create(temp.resolve("run"));
        file = temp.resolve("run").resolve(RunFolder.CONFIG);
        config = DistillationConfig.builder().seed(SEED).deltaEnd(0.1).workers(2).folder(temp.resolve("run")).build();
        folder.writeConfig(config);
    }

    private DistillationConfig read() {
        return folder.readConfig(DistillationConfig.builder().workers(2));
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
        JsonObject whole = json();
        assertEquals(DistillationConfig.class.getRecordComponents().length - 3, whole.size());
        for (String key : whole.keySet()) {
            JsonObject less = whole.deepCopy();
            less.remove(key);
            Files.writeString(file, less.toString());
            assertRefused(": " + key + " is missing");
        }
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
        "solver        | \"RK4\"    | one of [EULER, DDIM, HEUN, MIDPOINT, MULTISTEP]",
        "solver        | 1          | one of [EULER, DDIM, HEUN, MIDPOINT, MULTISTEP]",
        "boundary      | null       | one of [TERM, ATOM, HARD]",
        "weighting     | [\"FLAT\"] | one of",
        "batch         | 64.5       | a whole number",
        "batch         | 4294967360 | a whole number",
        "batch         | \"64\"     | a number",
        "batch         | 0          | 1 … 65536",
        "seed          | 1e30       | a whole number",
        "images        | 100        | a positive multiple of batch",
        "deltaStart    | true       | a number",
        "deltaStart    | null       | a number",
        "deltaStart    | {}         | a number",
        "learningRate  | -1         | in (0, 1]",
        "gradientClip  | 1e999      | finite",
    })
    void badValuesAreRefused(String key, String value, String allowed) throws IOException {
        JsonObject json = json();
        json.add(key, JsonParser.parseString(value));
        Files.writeString(file, json.toString());
        assertRefused(key + " is ", allowed);
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
                IllegalArgumentException.class, () -> folder.readConfig(DistillationConfig.builder().workers(0)));
        assertTrue(refused.getMessage().startsWith("workers is 0"), refused.getMessage());
    }

    @Test
    void stepOfACheckpoint() throws IOException {
        try (TrainingState state =
                new TrainingState(new Model(Graph.of(new Mlp(2, 4, 1, 0)), Devices.named("reference"), true))) {
            state.step = 12;
            folder.writeCheckpoint(state, "teacher");
            state.step = 0;
            folder.readCheckpoint(state, "teacher", "teacher");
            assertEquals(12, state.step);
            state.step = -1;
            folder.writeCheckpoint(state, "teacher");
            ModelFormatException refused =
                    assertThrows(ModelFormatException.class, () -> folder.readCheckpoint(state, "teacher", "teacher"));
            assertTrue(refused.getMessage().contains("step is -1"), refused.getMessage());
        }
    }
}
