package io.bootdistill.internal.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The names in the folder of a run, and what may lie there before one begins or goes on. */
final class RunFiles {

    static final String CONFIG = "config.json";
    static final String PROMPTS = "prompts.json";
    static final String STATE = "state.safetensors";
    static final String METRICS = "metrics.csv";
    static final String REFERENCE = "reference.safetensors";
    static final String GRIDS = "grids";
    static final String STUDENT = "student";
    static final String TEACHER = "teacher";
    static final String LOCK = "lock";

    /** What a run leaves that ends before its first checkpoint. */
    private static final Set<String> BEGUN = Set.of(CONFIG, PROMPTS, METRICS, REFERENCE, GRIDS, STUDENT, TEACHER, LOCK);

    /** With what the command line adds. */
    private static final List<String> WRITTEN = List.of(
            CONFIG, PROMPTS, STATE, METRICS, REFERENCE, STUDENT, TEACHER, GRIDS, LOCK, "comparison.png", "report.html");

    private RunFiles() {}

    /** @throws IOException if a folder holds more than reference samples, or what a run has left without a checkpoint */
    static void requireNone(Path folder) throws IOException {
        List<String> names;
        try (Stream<Path> content = Files.list(folder)) {
            names = content.map(file -> file.getFileName().toString()).filter(name -> !name.contains(".tmp-")).toList();
        }
        boolean isRun = names.contains(LOCK) || List.of(REFERENCE).containsAll(names);
        if (!isRun || !BEGUN.containsAll(names)) {
            throw new IOException(folder + " exists and is not empty; choose another output folder, or continue the run there");
        }
    }

    /** A folder may come from others: what lies elsewhere is not written. */
    static void requireNoLinks(Path folder) throws IOException {
        for (String part : List.of(".", STUDENT, TEACHER)) { // those of a joint run
            Path run = folder.resolve(part).normalize();
            for (String name : WRITTEN) {
                requireNoLink(run.resolve(name));
            }
            Path grids = run.resolve(GRIDS);
            if (Files.isDirectory(grids)) {
                try (Stream<Path> pictures = Files.list(grids)) {
                    for (Path picture : pictures.toList()) {
                        requireNoLink(picture);
                    }
                }
            }
        }
    }

    private static void requireNoLink(Path path) throws IOException {
        if (Files.isSymbolicLink(path)) {
            throw new IOException(path + " is a symbolic link, through which a run does not write; remove it");
        }
    }
}
