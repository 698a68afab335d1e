package io.bootdistill.examples.ablation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.error.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RecipesTest {

    @TempDir
    private Path folder;

    private Recipes read(String json) throws IOException {
        Path file = folder.resolve("recipes.json");
        Files.writeString(file, json);
        return Recipes.read(file);
    }

    @Test
    void bundledRecipesChangeTheDefaults() {
        Recipes recipes = Recipes.bundled();
        DistillationConfig defaults = DistillationConfig.builder().images(64_000).build();
        recipes.changes().keySet().forEach(name ->
                assertEquals(name.equals(Recipes.DEFAULTS), defaults.equals(recipes.builder(name).build()), name));
        assertEquals(DistillationConfig.paper().images(64_000).build(), recipes.builder("paper").build());
        assertEquals("corrector.weight 5", recipes.describe("corrector-half"));
        assertEquals("share 0.2, trajectories.end 0.2, share 0.8, bootstrap, corrector none",
                recipes.describe("bootstrap-after-trajectories"));
        assertEquals("bootstrap.boundary hard, corrector none", recipes.describe("bootstrap-boundary-hard"));
    }

    @Test
    void someAreChosenByName() {
        Recipes some = Recipes.bundled().only(List.of("pinn", "defaults"));
        assertEquals(List.of("pinn", "defaults"), List.copyOf(some.changes().keySet()));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> some.only(List.of("paper"))).getMessage()
                .contains("no recipe paper; there are pinn, defaults"));
    }

    @Test
    void batchesOfAnySize() throws IOException {
        assertEquals(48, read("{\"small\": {\"work\": {\"batch\": 48}}}").builder("small").build().work().batch());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"a\": {\"corector\": \"none\"}}   | a: unknown key corector; the nearest is corrector",
        "{\"a\": {\"optimiser\": {\"rule\": \"SGD\"}}} | a: optimiser.rule is \"SGD\", must be one of",
        "{\"a\": {\"optimiser\": {\"rate\": 4}}} | a: optimiser: rate of the optimiser is 4.0, must be in",
        "{\"a\": {\"phases\": [{\"share\": 0.5}]}} | a: the sum of the phases' shares is 0.5, must be 1",
        "{\"a\": {\"seed\": 1}}              | a: seed is the same for all recipes",
        "{\"a\": {\"length\": {\"images\": 64}}} | a: length.images is the same for all recipes",
        "{\"a\": {\"guidance\": {\"nullLabel\": 1}}} | a: guidance.nullLabel is the same for all recipes",
        "{\"../a\": {}}                      | must be named by letters",
        "{\"a\": 1}                          | a is 1, must be an object",
        "{\"a\": {}, \"a\": {}}              | two entries named a",
    })
    void mistakesAreRefusedByName(String json, String message) {
        String found = assertThrows(ModelFormatException.class, () -> read(json)).getMessage();
        assertTrue(found.contains(message) && found.contains("recipes.json"), found);
    }
}
