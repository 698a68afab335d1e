package io.bootdistill.hostile;

import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import io.bootdistill.error.ModelFormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * A reader of files, tried with files that are damaged or lie. It must give an answer or a {@link ModelFormatException} whose
 * message is short, plain and names a file, within seconds, and without taking much more memory than the file has.
 *
 * @param name of the reader
 * @param folder that holds what it can read; each trial changes one of its files and changes it back
 * @param files which of them are changed, relative to the folder; an empty list for all
 */
public record HostileReader(String name, Path folder, List<String> files, Reading reading) {

    private static final int MOST_CHARACTERS = 500;
    private static final long MOST_NANOS = 5_000_000_000L;
    private static final long MOST_BYTES = 256L << 20;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** What is tried. */
    @FunctionalInterface
    public interface Reading {

        /** Reads all that a user of the folder would read. */
        void read(Path folder) throws Exception;
    }

    public HostileReader {
        if (files.isEmpty()) {
            try (Stream<Path> walk = Files.walk(folder)) {
                Path root = folder;
                files = walk.filter(Files::isRegularFile).map(file -> root.relativize(file).toString()).sorted().toList();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Tries a number of changes; fails with the first few that went wrong, each with the seed that makes it again. */
    public void attack(long firstSeed, int trials) throws Exception {
        PrintStream log = System.err; // of the tests' logger
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            attack(firstSeed, trials, said);
        } finally {
            System.setErr(log);
        }
    }

    private void attack(long firstSeed, int trials, ByteArrayOutputStream log) throws Exception {
        reading.read(folder); // it must be a folder that can be read
        List<byte[]> originals = new ArrayList<>();
        for (String file : files) {
            originals.add(Files.readAllBytes(folder.resolve(file)));
        }
        List<String> wrong = new ArrayList<>();
        int refused = 0;
        for (long seed = firstSeed; seed < firstSeed + trials && wrong.size() < 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int which = random.nextInt(files.size());
            Path file = folder.resolve(files.get(which));
            byte[] changed = new Mutations(seed).of(files.get(which), originals.get(which));
            Files.write(file, changed);
            log.reset();
            String outcome = trial(changed.length);
            if (outcome.isEmpty() || outcome.equals(REFUSED)) {
                outcome = judgedLog(log.toString(StandardCharsets.UTF_8), outcome);
            }
            refused += outcome.equals(REFUSED) ? 1 : 0;
            if (!outcome.isEmpty() && !outcome.equals(REFUSED)) {
                wrong.add("seed " + seed + ", " + files.get(which) + ": " + outcome);
            }
            Files.write(file, originals.get(which));
        }
        if (!wrong.isEmpty()) {
            fail(name + ":\n" + String.join("\n", wrong));
        }
        if (refused == 0) {
            fail(name + ": none of " + trials + " changes was refused; is it read at all?");
        }
    }

    private static final String REFUSED = "refused";

    /** Empty, {@link #REFUSED}, or what was wrong. */
    private String trial(long size) {
        long bytes = THREADS.getCurrentThreadAllocatedBytes();
        long began = System.nanoTime();
        String outcome = "";
        try {
            reading.read(folder);
        } catch (ModelFormatException e) {
            outcome = judged(e.getMessage());
        } catch (Throwable e) { // whatever it is, it is wrong
            StackTraceElement[] trace = e.getStackTrace();
            outcome = e + (trace.length == 0 ? "" : " at " + List.of(trace).subList(0, Math.min(6, trace.length)));
        }
        long nanos = System.nanoTime() - began;
        long taken = THREADS.getCurrentThreadAllocatedBytes() - bytes;
        return nanos > MOST_NANOS ? "took " + nanos / 1_000_000 + " ms; " + outcome
                : taken > size + MOST_BYTES ? "took " + (taken >> 20) + " MiB; " + outcome : outcome;
    }

    private static String judgedLog(String log, String outcome) {
        return log.length() > 4 * MOST_CHARACTERS ? "a log of " + log.length() + " characters: " + log.substring(0, 300)
                : log.chars().anyMatch(c -> Character.isISOControl(c) && c != '\n') ? "control characters in the log: " + log
                : outcome;
    }

    private String judged(String message) {
        String said = message.replace(folder.toString(), "…");
        if (said.length() > MOST_CHARACTERS) {
            return "a message of " + said.length() + " characters: " + said.substring(0, 300);
        }
        if (said.chars().anyMatch(Character::isISOControl)) {
            return "control characters in a message: " + said.replaceAll("\\p{Cntrl}", "?");
        }
        return said.equals(message) ? "a message that names no file: " + said : REFUSED;
    }
}
