package io.bootdistill.examples;

import static io.bootdistill.examples.Arguments.require;

import io.bootdistill.Student;
import io.bootdistill.device.Device;
import io.bootdistill.diffusion.FewSteps;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** How students that denoise take several steps. */
final class SamplerOption {

    @Option(names = "--sampler", paramLabel = "S",
            description = "How students that denoise take several steps: ddim, or renoise, with noise of its own before each but"
                    + " the first. Default: the way that a student was distilled for.")
    private String sampler;

    /** Before anything large is read. */
    void check(CommandSpec spec) {
        require(spec, sampler == null || sampler.matches("(?i)ddim|renoise"), "--sampler", sampler, "ddim or renoise");
    }

    void requireNone(CommandSpec spec) {
        require(spec, sampler == null, "--sampler", sampler, "left out: a teacher has its own");
    }

    /** Requires a student that has a choice, if one was made. */
    void requireFit(CommandSpec spec, Student student) {
        require(spec, sampler == null || student.fewSteps() != null, "--sampler", sampler,
                "left out for this student, which reads pure noise");
    }

    /** The given one; null for each student's own. */
    FewSteps given() {
        return sampler == null ? null : FewSteps.valueOf(sampler.toUpperCase(Locale.ROOT));
    }

    /** Which of them a student takes: the given one, or its own; null for students that read pure noise. */
    FewSteps of(Student student) {
        return sampler == null || student.fewSteps() == null ? student.fewSteps() : given();
    }

    /** The most steps that a student takes. */
    int most(Student student) {
        return of(student) == null ? student.mostSteps() : of(student).most();
    }

    /**
     * The steps of which a student is measured: one where it takes no more.
     *
     * @param steps null for the default
     */
    List<Integer> steps(CommandSpec spec, Student student, List<Integer> steps) {
        int most = most(student);
        if (steps == null || most == 1) {
            return List.of(1);
        }
        steps.forEach(k -> require(spec, k <= most, "--steps", k, "1 … " + most + " for a student"));
        return steps;
    }

    /** Whether the students of some folders take such steps, before any is measured. */
    void requireSteps(CommandSpec spec, List<Path> students, List<Integer> steps, Device device) {
        for (Path folder : steps == null ? List.<Path>of() : students) {
            try (Student student = Student.load(ModelFolder.of(folder).path(), device)) {
                steps(spec, student, steps);
            }
        }
    }

    /** Whether samples in so many steps are a function of their noise alone, so that they may be compared one by one. */
    boolean arePaired(Student student, int steps) {
        return steps == 1 || of(student) != FewSteps.RENOISE;
    }
}
