package io.bootdistill.examples.ablation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.error.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order of a table, and what its numbers are. */
final class AblationTableTest {

    private static final Measure SHARE = Measure.percent("share", "share").ranked(Measure.Order.MORE);
    private static final Measure ERROR = Measure.of("error", "error", 2).ranked(Measure.Order.LESS);
    private static final Measure OTHER = Measure.of("other", "other", 0);

    @TempDir
    private Path folder;

    private static AblationResult run(String name, Map<String, Double> values) {
        return new AblationResult(name, "", new Budget(5, false), 5, 20, 1, 2 << 20, values, "");
    }

    private List<String> recipes(AblationResult... results) throws IOException {
        Setting setting = new Setting(1, 10, "reference", 2, 1, "a", null, null, null, null);
        new AblationTable(setting, List.of(OTHER, SHARE, ERROR), "Words.", List.of(results)).write(folder);
        List<String> lines = Files.readAllLines(folder.resolve("ablation.csv"));
        return lines.subList(1, lines.size()).stream().map(line -> line.split(",")[1]).toList();
    }

    @Test
    void theBestIsFirst() throws IOException {
        AblationResult few = run("few", Map.of("share", 0.5, "error", 1.0));
        AblationResult defaults = run("defaults", Map.of("share", 0.8, "error", 4.0, "other", 7.0));
        AblationResult near = run("near", Map.of("share", 0.8, "error", 2.0));
        AblationResult diverged = run("diverged", Map.of());
        assertEquals(List.of("near", "defaults", "few", "diverged"), recipes(few, diverged, defaults, near));
        String table = Files.readString(folder.resolve("ablation.md"));
        for (String row : List.of("Seed 1. Words. Device: reference;",
                "| recipe | values | steps | minutes | ms a step | MiB | share, % : default | error : default | other | share, % | error | note |",
                "| near |  | 5 | 1.0 | 12000 | 2 | 1.00 | 0.50 | – | 80.0 | 2.00 |  |",
                "| diverged |  | 5 | 1.0 | 12000 | 2 | – | – | – | – | – |  |")) {
            assertTrue(table.contains(row), "no \"" + row + "\" in " + table);
        }
    }

    @Test
    void nothingIsComparedWithDefaultsThatHaveNotRun() throws IOException {
        recipes(run("b", Map.of("share", 0.5, "error", 1.0)));
        String table = Files.readString(folder.resolve("ablation.md"));
        for (String row : List.of("| recipe | values | steps | minutes | ms a step | MiB | other | share, % | error | note |",
                "| b |  | 5 | 1.0 | 12000 | 2 | – | 50.0 | 1.00 |  |")) {
            assertTrue(table.contains(row), "no \"" + row + "\" in " + table);
        }
    }

    /** Where the first measure is not known of any, the next says which is best. */
    @Test
    void rankedByWhatIsKnown() throws IOException {
        assertEquals(List.of("b", "a"), recipes(
                run("a", Map.of("error", 2.0)), run("b", Map.of("share", Double.NaN, "error", 1.0))));
    }

    @Test
    void resultsOfAnEarlierVersionAreRefused() throws IOException {
        Files.writeString(folder.resolve("result.json"), "{\"name\": \"defaults\", \"steps\": 5, \"paired\": {\"rmse\": 0.1}}");
        String message = assertThrows(ModelFormatException.class, () -> AblationResult.read(folder)).getMessage();
        assertTrue(message.contains("result.json") && message.contains("another version wrote it"), message);
    }
}
