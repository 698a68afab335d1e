package io.bootdistill.examples.ablation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.TinyTeacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PacesTest {

    private final List<String> log = new ArrayList<>();

    @TempDir
    private Path folder;

    private Recipes recipes;

    @BeforeEach
    void write() throws IOException {
        TinyTeacher.write(folder.resolve("teacher"), "v_prediction");
        Path file = folder.resolve("recipes.json");
        Files.writeString(file, "{\"defaults\": {\"work\": {\"batch\": 4}}, \"large\": {\"work\": {\"batch\": 32}}}");
        recipes = Recipes.read(file);
    }

    private Bench bench(Paces paces, BooleanSupplier stop) {
        Device device = Devices.named("reference");
        Subject subject = new Subject(folder.resolve("teacher"), device, DistillationConfig.builder().build(), null);
        Setting setting = new Setting(0, 4, device.description(), 2, 1, "", null, null, null, null);
        return new Bench(folder, subject, setting, null, paces, stop, log::add);
    }

    @Test
    void isMeasuredOnceAndKept() throws IOException {
        Paces first = new Paces(folder);
        first.measure(bench(first, () -> false), recipes.only(List.of("defaults")));
        assertTrue(first.of("defaults") >= 1, () -> "images a minute: " + first.of("defaults"));
        assertEquals(1, log.size());

        Paces later = new Paces(folder);
        later.measure(bench(later, () -> false), recipes);
        assertEquals(first.of("defaults"), later.of("defaults"));
        assertEquals(2, log.size(), log.toString());
        assertTrue(log.get(1).startsWith("large: "), log.toString());

        later.same(List.of("large.rate-third"), "large");
        assertEquals(later.of("large"), later.of("large.rate-third"));
    }

    @Test
    void stopsBetweenTwo() throws IOException {
        Paces paces = new Paces(folder);
        assertThrows(CancellationException.class, () -> paces.measure(bench(paces, () -> true), recipes));
    }

    /** A run that has half of the processors has twice the clock. */
    @Test
    void budgetsAreOfTheWholeMachine() {
        assertEquals(30, new Budget(3, true).steps(10, 1));
        assertEquals(60, new Budget(3, true).steps(10, 0.5));
        assertEquals(1, new Budget(1, true).steps(0.2, 1));
        assertEquals(700, new Budget(700, false).steps(0, 0.5));
    }
}
