package io.bootdistill.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files: results, and the committed ratios. */
class BaselineTest {

    @TempDir
    Path temp;

    private static Results results(String device) {
        return new Results("processor", 2, "17", device, List.of(
                new Measurement("Calibration.oneThread", 1, 3, 3, 0, 0, Double.NaN),
                new Measurement("a", 1, 2, 1, 5, 0, 16)));
    }

    @Test
    void resultsSurviveTheirFile() throws IOException {
        Path file = temp.resolve("results.json");
        results("cpu (X)").write(file);
        assertEquals(results("cpu (X)"), Results.read(file));
    }

    @Test
    void acceptedRatiosReplaceThoseOfTheirDeviceAndNamesAlone() throws IOException {
        Path file = temp.resolve("baseline.json");
        new Baseline(Map.of(
                "cpu (X)", new TreeMap<>(Map.of("a", 9.0, "b", 8.0)), "cpu (Y)", new TreeMap<>(Map.of("a", 7.0))))
                .with(results("cpu (X)")).write(file);
        Baseline read = Baseline.read(file);
        assertEquals(Map.of("a", 0.333, "b", 8.0), read.ratios("cpu (X)"));
        assertEquals(Map.of("a", 7.0), read.ratios("cpu (Y)"));
        assertEquals(Map.of(), read.ratios("cpu (Z)"));
    }

    @Test
    void damagedFilesAreRefusedByName() throws IOException {
        Path file = temp.resolve("damaged.json");
        Files.writeString(file, "{\"cpu (X)\": [");
        assertTrue(assertThrows(IOException.class, () -> Baseline.read(file)).getMessage().contains("damaged.json"));
        assertTrue(assertThrows(IOException.class, () -> Results.read(file)).getMessage().contains("damaged.json"));
        assertEquals(Map.of(), Baseline.read(temp.resolve("none")).ratios("cpu (X)"));
    }

    /** What the guard measures has to be there, or it would guard nothing. */
    @Test
    void theGuardIsCommitted() throws IOException {
        assertTrue(Operations.names().containsAll(Guard.OPERATIONS));
        Map<String, Double> committed = Baseline.read(Path.of("baseline.json")).ratios("cpu (AVX2+FMA)");
        assertTrue(committed.keySet().containsAll(Guard.OPERATIONS));
        assertTrue(committed.containsKey("UNetPasses.forwardBackward network=bundled"));
    }

    /** A ratio that no benchmark has any more is forgotten by hand: it would look like a guard. */
    @Test
    void committedOperationsExist() throws IOException {
        List<String> names = Operations.names();
        List<String> unknown = Baseline.read(Path.of("baseline.json")).ratios("cpu (AVX2+FMA)").keySet().stream()
                .filter(name -> !name.matches("[A-Z]\\w+\\.\\w+.*") && !names.contains(name))
                .toList();
        assertEquals(List.of(), unknown);
    }
}
