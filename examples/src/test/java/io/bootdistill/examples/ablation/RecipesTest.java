package io.bootdistill.examples.ablation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Boundary;
import io.bootdistill.objective.Trajectories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RecipesTest {

    private static final DistillationConfig DEFAULTS = DistillationConfig.builder().build();

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
        DistillationConfig defaults = DEFAULTS.toBuilder().images(64_000).build();
        recipes.changes().keySet().forEach(name ->
                assertEquals(name.equals(Recipes.DEFAULTS), defaults.equals(recipes.builder(name, DEFAULTS).build()), name));
        assertEquals(DistillationConfig.paper().images(64_000).build(), recipes.builder("paper", DEFAULTS).build());
        assertEquals("corrector.weight 1.75", recipes.describe("corrector-half"));
        assertEquals("share 0.2, trajectories.end 0.2, share 0.8, bootstrap, corrector none",
                recipes.describe("bootstrap-after-trajectories"));
        assertEquals("bootstrap.boundary hard, corrector none", recipes.describe("bootstrap-boundary-hard"));
    }

    @Test
    void bundledMethodsDiffer() {
        Recipes methods = Recipes.methods();
        assertEquals(methods.changes().size(), methods.changes().keySet().stream()
                .map(name -> methods.builder(name, DEFAULTS).build()).distinct().count());
        assertEquals(DEFAULTS.toBuilder().images(64_000).build(), methods.builder(Recipes.DEFAULTS, DEFAULTS).build());
        assertEquals(DistillationConfig.paper().images(64_000).build(), methods.builder("paper", DEFAULTS).build());
    }

    /** Objective by guidance by share of the boundary; what a recipe does not say is the default's of prompts. */
    @Test
    void bundledRecipesOfPromptsAreAGrid() {
        Recipes recipes = Recipes.bundledOfPrompts();
        DistillationConfig defaults = DistillationConfig.builder().images(64_000).forPrompts(3).build();
        Map<String, DistillationConfig> configs = new LinkedHashMap<>();
        recipes.changes().keySet().forEach(name -> configs.put(name, recipes.builder(name, defaults).build()));
        assertEquals(configs.size(), configs.values().stream().distinct().count(), "all differ");
        assertEquals(defaults, configs.get("defaults"));
        Map<String, GuidanceRange> ranges = Map.of(
                "w1", new GuidanceRange(1, 1), "w3", new GuidanceRange(3, 3), "w1to5", new GuidanceRange(1, 5));
        Map<String, Double> shares = Map.of("boundary-0", 0.0, "boundary-1of8", 0.125, "boundary-1of3", 0.333);
        ranges.forEach((guidance, range) -> shares.forEach((boundary, share) -> {
            Bootstrap objective = Bootstrap.defaults().withBoundary(new Boundary.Atom(share));
            assertEquals(defaults.toBuilder().objective(objective).noCorrector().guidance(range.least(), range.most()).build(),
                    configs.get("bootstrap-" + guidance + "-" + boundary));
        }));
        assertEquals(defaults.toBuilder().guidance(1, 5).build(), configs.get("trajectories-w1to5"));
        assertEquals(DistillationConfig.paper().guidance(3).images(64_000).build(), configs.get("paper-w3"));
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
        assertEquals(48, read("{\"small\": {\"work\": {\"batch\": 48}}}").builder("small", DEFAULTS).build().work().batch());
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
