package io.bootdistill.config;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.matching.Corrector;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a teacher and its student are trained together, see {@code JointTrainer}. Immutable, equal where all values are, and made
 * by {@link #builder()}.
 */
public final class JointConfig {

    private final TeacherTrainingConfig teacher;
    private final DistillationConfig student;
    private final Values values;

    /** What is not of the teacher or the student alone, as it is written. */
    private record Values(double studentStart, @OfMachine @Nullable Path folder) {}

    private JointConfig(TeacherTrainingConfig teacher, DistillationConfig student, Values values) {
        Checks.notNull("teacher", teacher);
        Checks.notNull("student", student);
        requirePart("the teacher's", teacher.length(), teacher.output());
        requirePart("the student's", student.length(), student.output());
        student.phases().stream().map(Phase::objective).forEach(objective -> Checks.that(
                !objective.needsTeacherGradient(), "the student's objective", objective.key(),
                "one without the teacher's gradient, which is that of a copy: it would not follow the teacher"));
        Corrector corrector = student.corrector(true);
        Checks.that(corrector == null || corrector.adapter() == null, "network of the student's corrector", "adapter",
                "own: an adapter would be of the teacher as it was before");
        Checks.that(values.studentStart >= 0 && values.studentStart <= 1, "studentStart", values.studentStart, "in [0, 1]");
        this.teacher = teacher;
        this.student = student;
        this.values = values;
    }

    private static void requirePart(String whose, Length length, Output output) {
        Checks.that(!length.isTime(), whose + " timeBudget", length.timeBudget(), "null: a joint run is as long as its images");
        Checks.that(output.folder() == null, whose + " folder", output.folder(), "null: the joint run has one");
    }

    /** A builder that holds the defaults, with those of the teacher and the student. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The configuration in a joint run's {@code config.json}, without a folder.
     *
     * @param teacher that of its teacher, which has a file of its own
     * @param student that of its student, likewise
     * @throws ModelFormatException naming the file and the key that is missing, unknown or not allowed
     */
    public static JointConfig read(Path file, TeacherTrainingConfig teacher, DistillationConfig student) {
        Checks.notNull("teacher", teacher);
        Checks.notNull("student", student);
        ConfigJson json = ConfigJson.of(file);
        return json.built(() -> new JointConfig(teacher, student, json.complete(new Values(0, null))));
    }

    /** A builder that holds these values. */
    public Builder toBuilder() {
        return new Builder().teacher(teacher).student(student).studentStart(values.studentStart).folder(values.folder);
    }

    /** How the teacher is trained; without folder and time budget. */
    public TeacherTrainingConfig teacher() {
        return teacher;
    }

    /** How the student is distilled; without folder and time budget. */
    public DistillationConfig student() {
        return student;
    }

    /** Share of the teacher's steps before the student's first, in [0, 1]: 0 for both at once, 1 for one after the other. */
    public double studentStart() {
        return values.studentStart;
    }

    /** Where the run writes; null for nowhere. */
    public @Nullable Path folder() {
        return values.folder;
    }

    /** Steps of the teacher before the student's first. */
    public long studentStartStep() {
        return Math.round(values.studentStart * teacher.steps());
    }

    /** Steps of the whole run, until both are done. */
    public long steps() {
        return Math.max(teacher.steps(), studentStartStep() + student.steps());
    }

    /** All values but those of the machine and of the teacher and the student, as in {@code config.json}. */
    public String toJson() {
        return ConfigJson.text(values);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JointConfig config && teacher.equals(config.teacher) && student.equals(config.student)
                && values.equals(config.values);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * teacher.hashCode() + student.hashCode()) + values.hashCode();
    }

    @Override
    public String toString() {
        return "JointConfig[teacher=" + teacher + ", student=" + student + ", studentStart=" + values.studentStart + ", folder="
                + values.folder + "]";
    }

    /** Builds a {@link JointConfig}; each method sets the value of its name. */
    public static final class Builder {

        private TeacherTrainingConfig teacher = TeacherTrainingConfig.builder().build();
        private DistillationConfig student = DistillationConfig.builder().build();
        private double studentStart = 0.5;
        private @Nullable Path folder;

        private Builder() {}

        /** How the teacher is trained; without folder and time budget. */
        public Builder teacher(TeacherTrainingConfig teacher) {
            this.teacher = Checks.notNull("teacher", teacher);
            return this;
        }

        /** How the student is distilled; without folder and time budget, and without the teacher's gradient. */
        public Builder student(DistillationConfig student) {
            this.student = Checks.notNull("student", student);
            return this;
        }

        /** Share of the teacher's steps before the student's first, in [0, 1]. With 0.5, the other defaults end together. */
        public Builder studentStart(double studentStart) {
            this.studentStart = studentStart;
            return this;
        }

        /** Where the run writes; null for nowhere. */
        public Builder folder(@Nullable Path folder) {
            this.folder = folder;
            return this;
        }

        /**
         * Builds the configuration.
         *
         * @throws IllegalArgumentException naming the value that is out of range, and the range
         */
        public JointConfig build() {
            return new JointConfig(teacher, student, new Values(studentStart, folder));
        }
    }
}
