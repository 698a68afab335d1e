package io.bootdistill.config;

import io.bootdistill.internal.work.Checks;
import io.bootdistill.objective.Objective;
import java.nio.file.Path;

/**
 * How a teacher and its student are trained together, see {@code JointTrainer}. Immutable; made by {@link #builder()} and
 * checked when it is built.
 *
 * @param teacher how the teacher is trained; without folder and time budget
 * @param student how the student is distilled; likewise, and by no PINN loss, which works with a copy of its teacher
 * @param studentStart share of the teacher's steps before the student's first, in [0, 1]: 0 for both at once, 1 for one after
 *     the other. Default 0.5, with which the other defaults end together
 * @param folder where the run writes; null for nowhere. Default null
 */
public record JointConfig(TeacherTrainingConfig teacher, DistillationConfig student, double studentStart, Path folder) {

    /** Checks every value; see the parameters for the ranges. */
    public JointConfig {
        Checks.notNull("teacher", teacher);
        Checks.notNull("student", student);
        Checks.that(teacher.timeBudget() == null, "the teacher's timeBudget", teacher.timeBudget(),
                "null: a joint run is as long as its images");
        Checks.that(student.timeBudget() == null, "the student's timeBudget", student.timeBudget(),
                "null: a joint run is as long as its images");
        Checks.that(teacher.folder() == null, "the teacher's folder", teacher.folder(), "null: the joint run has one");
        Checks.that(student.folder() == null, "the student's folder", student.folder(), "null: the joint run has one");
        Checks.that(student.objective() != Objective.PINN, "the student's objective", student.objective(),
                "BOOTSTRAP or DERIVATIVE: PINN works with a copy of the teacher, which would not follow it");
        Checks.that(studentStart >= 0 && studentStart <= 1, "studentStart", studentStart, "in [0, 1]");
    }

    /** A builder that holds the defaults, with those of the teacher and the student. */
    public static Builder builder() {
        return new Builder();
    }

    /** Steps of the teacher before the student's first. */
    public long studentStartStep() {
        return Math.round(studentStart * teacher.steps());
    }

    /** Steps of the whole run, until both are done. */
    public long steps() {
        return Math.max(teacher.steps(), studentStartStep() + student.steps());
    }

    /** Builds a {@link JointConfig}; each method sets the value of its name. */
    public static final class Builder {

        private TeacherTrainingConfig teacher = TeacherTrainingConfig.builder().build();
        private DistillationConfig student = DistillationConfig.builder().build();
        private double studentStart = 0.5;
        private Path folder;

        private Builder() {}

        public Builder teacher(TeacherTrainingConfig teacher) {
            this.teacher = teacher;
            return this;
        }

        public Builder student(DistillationConfig student) {
            this.student = student;
            return this;
        }

        public Builder studentStart(double studentStart) {
            this.studentStart = studentStart;
            return this;
        }

        public Builder folder(Path folder) {
            this.folder = folder;
            return this;
        }

        /**
         * Builds the configuration.
         *
         * @throws IllegalArgumentException naming the value that is out of range, and the range
         */
        public JointConfig build() {
            return new JointConfig(teacher, student, studentStart, folder);
        }
    }
}
