package io.bootdistill.examples;

import io.bootdistill.config.Length;
import io.bootdistill.diffusion.ConditionSource.Prompts;
import io.bootdistill.diffusion.ConditionSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** What the options mean that several commands have, and what they may be. */
final class Arguments {

    /** What every command that resumes may be told again. */
    private static final Set<String> BESIDE_ALL = Set.of("--resume", "--out", "--device", "--workers", "--verbose");

    static final long MOST_STEPS = 1_000_000_000;

    private Arguments() {}

    /** @throws ParameterException unless the option's value is allowed */
    static void require(CommandSpec spec, boolean valid, String option, Object value, String allowed) {
        if (!valid) {
            throw new ParameterException(spec.commandLine(), option + " is " + value + ", must be " + allowed);
        }
    }

    /** The number of threads for {@code --workers}; null for the default. */
    static int threads(CommandSpec spec, Integer workers) {
        if (workers == null) {
            return Runtime.getRuntime().availableProcessors();
        }
        require(spec, workers >= 1 && workers <= 65_536, "--workers", workers, "1 … 65,536");
        return workers;
    }

    /** The folder of a new run for {@code --out}; null for one that is named by the time. */
    static Path newRun(Path out) throws IOException {
        if (out == null) {
            return newRun(Path.of("runs", DateTimeFormatter.ofPattern("yyyy-MM-dd-HHmmss").format(LocalDateTime.now())));
        }
        if (Files.isDirectory(out)) {
            try (Stream<Path> content = Files.list(out)) {
                if (content.findAny().isPresent()) {
                    throw new Failure(out + " exists and is not empty; choose another --out, or continue the run there with"
                            + " --resume");
                }
            }
        }
        return out;
    }

    /** Checks {@code --minutes} and {@code --steps}; null where they are not given. */
    static void requireLength(CommandSpec spec, Double minutes, Long steps) {
        require(spec, minutes == null || minutes >= 1 && minutes <= 1e6, "--minutes", minutes, "1 … 1,000,000");
        require(spec, steps == null || steps >= 1 && steps <= MOST_STEPS, "--steps", steps, "1 … 1,000,000,000");
    }

    /**
     * The length of a run for {@code --minutes} or {@code --steps}, null where they are not given; without, the images of the
     * default, made up to whole batches.
     */
    static Length length(Double minutes, Long steps, long defaultImages, int batch) {
        if (minutes != null) {
            return Length.time(Duration.ofMillis((long) (minutes * 60_000)));
        }
        return Length.images(batch * (steps != null ? steps : (defaultImages + batch - 1) / batch));
    }

    /** @param column null for that of a usual name */
    static Prompts prompts(Path file, String column) {
        return column == null ? ConditionSource.prompts(file) : ConditionSource.prompts(file, column);
    }

    /** Checks what stands beside {@code --resume}: the folder, and no option but those that the run has not already. */
    static void requireResumable(CommandSpec spec, Path out, Set<String> beside, String itsOwn) {
        for (OptionSpec given : spec.commandLine().getParseResult().matchedOptions()) {
            if (!BESIDE_ALL.contains(given.longestName()) && !beside.contains(given.longestName())) {
                throw new ParameterException(spec.commandLine(), given.longestName()
                        + " cannot be given with --resume: the run goes on with its own " + itsOwn);
            }
        }
        if (out == null) {
            throw new ParameterException(spec.commandLine(), "--resume needs --out, the folder of the run");
        }
    }
}
