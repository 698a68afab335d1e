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
        assertEquals("correctorWeight 5", recipes.describe("corrector-half"));
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
        assertEquals(48, read("{\"small\": {\"batch\": 48}}").builder("small").build().batch());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"a\": {\"sovler\": \"DDIM\"}}     | a: unknown keys sovler",
        "{\"a\": {\"solver\": \"RK4\"}}      | a: solver is \"RK4\", must be one of",
        "{\"a\": {\"deltaEnd\": 0.4}}        | a: deltaEnd is 0.4, must be in",
        "{\"a\": {\"seed\": 1}}              | a: seed is the same for all recipes",
        "{\"a\": {\"images\": 64}}           | a: images is the same for all recipes",
        "{\"../a\": {}}                      | must be named by letters",
        "{\"a\": 1}                          | a is 1, must be an object",
        "{\"a\": {}, \"a\": {}}              | two entries named a",
    })
    void mistakesAreRefusedByName(String json, String message) {
        String found = assertThrows(ModelFormatException.class, () -> read(json)).getMessage();
        assertTrue(found.contains(message) && found.contains("recipes.json"), found);
    }
}
