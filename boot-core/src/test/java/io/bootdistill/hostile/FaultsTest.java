package io.bootdistill.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bootdistill.SameRun;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The disk fails, or the process is killed, at some rename, write, sync or deletion of a run or an export, in a process of its own:
 * once it has gone on, the folder is that of one which nothing disturbed.
 */
class FaultsTest {

    private static final int FEW = 6;
    private static final int LEAST = 20;
    private static final String BROKEN = "Input/output error";

    @TempDir
    Path temp;

    private Path library;
    private Path inputs;
    private Path whole;

    private void prepare(Writing work) throws IOException, InterruptedException {
        assumeTrue(System.getProperty("os.name").equals("Linux") && Files.isExecutable(Path.of("/usr/bin/cc")),
                "Linux with a C compiler");
        library = temp.resolve("faults.so");
        Path source = temp.resolve("faults.c");
        try (InputStream in = getClass().getResourceAsStream("faults.c")) {
            Files.copy(in, source);
        }
        Process compiler = new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString(), "-ldl")
                .inheritIO().start();
        assertEquals(0, compiler.waitFor());
        inputs = temp.resolve("inputs");
        Writing.writeInputs(inputs);
        whole = temp.resolve("whole");
        work.prepare(inputs, whole);
        work.run(inputs, whole);
    }

    private record Outcome(int code, String said) {}

    private Outcome start(Writing work, Path folder, Map<String, String> faults) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                "-cp", System.getProperty("java.class.path"), Writing.class.getName(), work.name(), inputs.toString(),
                folder.toString());
        builder.environment().putAll(Map.of("LD_PRELOAD", library.toString(), "FAULTS_FOLDER", folder.toString()));
        builder.environment().putAll(faults);
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), said);
    }

    /** How often the work changes the disk. */
    private int changes(Writing work) throws IOException, InterruptedException {
        Path run = temp.resolve("counted");
        Path count = temp.resolve("count");
        work.prepare(inputs, run);
        Outcome outcome = start(work, run, Map.of("FAULTS_COUNT", count.toString()));
        assertEquals(0, outcome.code, outcome.said);
        SameRun.assertSame(whole, run);
        int changes = Integer.parseInt(Files.readString(count));
        assertTrue(changes >= LEAST, () -> changes + " changes: are they seen?");
        return changes;
    }

    /** Breaks the work at a change, goes on, and compares. */
    private void disturb(Writing work, int at, boolean kill) throws IOException, InterruptedException {
        Path run = temp.resolve("run");
        delete(run);
        work.prepare(inputs, run);
        Map<String, String> faults = kill
                ? Map.of("FAULTS_AT", Integer.toString(at), "FAULTS_KILL", "") : Map.of("FAULTS_AT", Integer.toString(at));
        Outcome outcome = start(work, run, faults);
        assertEquals(kill ? 137 : 3, outcome.code, outcome.said);
        assertTrue(kill || outcome.said.contains(BROKEN), outcome.said);
        work.run(inputs, run);
        SameRun.assertSame(whole, run);
    }

    private void disturb(Writing work, int trials) throws IOException, InterruptedException {
        prepare(work);
        int changes = changes(work);
        for (int trial = 0; trial < Math.min(trials, 2 * changes); trial++) {
            int at = (int) ((long) trial * changes / Math.min(trials, 2 * changes));
            try {
                disturb(work, at, trial % 2 == 0);
            } catch (IOException | RuntimeException | AssertionError e) {
                fail(work + (trial % 2 == 0 ? " killed" : " failing") + " at change " + at + " of " + changes, e);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> walk = Files.walk(folder)) {
                for (Path path : (Iterable<Path>) walk.sorted(Comparator.reverseOrder())::iterator) {
                    Files.delete(path);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Writing.class)
    void sometimes(Writing work) throws Exception {
        disturb(work, FEW);
    }

    /** At each change, twice. */
    @ParameterizedTest
    @EnumSource(Writing.class)
    @Tag("hostile")
    void always(Writing work) throws Exception {
        disturb(work, Integer.MAX_VALUE);
    }
}
