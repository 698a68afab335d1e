package io.bootdistill.objective;

import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Lesson;

/**
 * What a student is trained towards in a phase of a run: a record of its options, that names its key in {@code config.json} and
 * makes the lesson. Those of this library are {@link Trajectories}, {@link Bootstrap}, {@link Derivative} and {@link Pinn};
 * others may be added from outside.
 */
public interface Objective {

    /** The key of its options in JSON, such as {@code bootstrap}. */
    String key();

    /** Whether the student is given two times, that of its input and that of the signal. */
    default boolean hasTwoTimes() {
        return false;
    }

    /** Decay per step of the average of the student that makes the targets, in [0, 1); 0: the student itself. */
    default double targetEma() {
        return 0;
    }

    /** Whether the student is asked for t_min alone, in all steps. */
    default boolean isAtEnd() {
        return false;
    }

    /** Whether it needs the gradient of the teacher: a network that stays as it is, without guidance and limits. */
    default boolean needsTeacherGradient() {
        return false;
    }

    /** Makes the lesson for a part of a run, which the caller closes. */
    Lesson lesson(Classroom room, Assignment assignment);
}
