package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Compares folders of runs, file by file, bit for bit. */
public final class SameRun {

    private SameRun() {}

    /** All but the speeds of training, a column of the metrics. */
    public static void assertSame(Path expected, Path found) throws IOException {
        assertEquals(files(expected), files(found));
        for (String name : files(expected)) {
            if (name.endsWith("metrics.csv")) {
                assertEquals(withoutSpeed(expected.resolve(name)), withoutSpeed(found.resolve(name)));
            } else {
                assertArrayEquals(Files.readAllBytes(expected.resolve(name)), Files.readAllBytes(found.resolve(name)), name);
            }
        }
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            return walk.filter(Files::isRegularFile).map(file -> folder.relativize(file).toString()).sorted().toList();
        }
    }

    private static List<String> withoutSpeed(Path metrics) throws IOException {
        int speed = List.of(Files.readAllLines(metrics).get(0).split(",")).indexOf("images_per_second");
        assertTrue(speed > 0);
        return Files.readAllLines(metrics).stream().map(line -> {
            String[] values = line.split(",", -1);
            values[speed] = "";
            return String.join(",", values);
        }).toList();
    }
}
