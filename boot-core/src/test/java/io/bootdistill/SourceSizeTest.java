package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How long the main sources may be: each is read in one go. */
@Tag("fast")
class SourceSizeTest {

    private static final String ANY = ".*\\.(java|cpp|h|cu|cuh)";

    /** The lines of each source. */
    private static final Map<Path, Integer> LINES = new TreeMap<>();

    @BeforeAll
    static void count() throws IOException {
        for (String module : List.of("boot-core", "boot-native", "boot-bench", "examples")) {
            Path folder = Path.of("..", module);
            if (!Files.exists(folder)) {
                continue; // the core may stand alone
            }
            try (Stream<Path> files = Files.walk(folder.resolve("src/main"))) {
                for (Path file : files.filter(file -> file.toString().matches(ANY)).toList()) {
                    LINES.put(file, Files.readAllLines(file).size());
                }
            }
        }
    }

    private static Map<Path, Integer> sources(String pattern) {
        Map<Path, Integer> sources = new TreeMap<>(LINES);
        sources.keySet().removeIf(file -> !file.toString().matches(pattern));
        assertFalse(sources.isEmpty(), pattern);
        return sources;
    }

    private static void requireAtMost(int limit, String pattern) {
        Map<Path, Integer> longer = sources(pattern);
        longer.values().removeIf(lines -> lines <= limit);
        assertEquals(Map.of(), longer, "longer than " + limit + " lines");
    }

    @Test
    void noSourceIsLong() {
        requireAtMost(300, ANY);
    }

    /** How a step goes is seen on one page. */
    @Test
    void lessonsAreShort() {
        requireAtMost(150, ".*Lesson\\.java");
    }

    @Test
    void mostJavaSourcesAreShort() {
        List<Integer> sorted = sources(".*\\.java").values().stream().sorted().toList();
        int median = sorted.get(sorted.size() / 2);
        assertTrue(median <= 100, () -> "the median is " + median + " lines");
    }
}
