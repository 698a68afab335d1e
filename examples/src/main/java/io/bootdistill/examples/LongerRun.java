package io.bootdistill.examples;

import static io.bootdistill.examples.Arguments.require;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.internal.run.RunFolder;
import io.bootdistill.internal.run.RunLock;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;

/** Makes a run longer that is to go on, for {@code --steps} beside {@code --resume}; null leaves it as it is. */
final class LongerRun {

    private LongerRun() {}

    static void ofStudent(CommandSpec spec, Path out, Long steps) throws IOException {
        if (steps != null) {
            DistillationConfig config = DistillationConfig.read(out.resolve("config.json"));
            requireMore(spec, steps, config.steps());
            write(out, config.toBuilder().images(steps * config.work().batch()).build().toJson());
        }
    }

    static void ofTeacher(CommandSpec spec, Path out, Long steps) throws IOException {
        if (steps != null) {
            TeacherTrainingConfig config = TeacherTrainingConfig.read(out.resolve("config.json"));
            requireMore(spec, steps, config.steps());
            write(out, config.toBuilder().images(steps * config.work().batch()).build().toJson());
        }
    }

    private static void requireMore(CommandSpec spec, long steps, long before) {
        require(spec, steps >= before && steps <= Arguments.MOST_STEPS, "--steps", steps,
                before + ", as the run was to have, … " + Arguments.MOST_STEPS);
    }

    private static void write(Path out, String json) throws IOException {
        RunFolder run = RunFolder.open(out);
        RunLock lock = run.lock();
        try {
            run.writeConfig(json);
        } finally {
            lock.close();
        }
    }
}
