package io.bootdistill.objective;

import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.StepSize;
import io.bootdistill.network.Graph;
import org.jspecify.annotations.Nullable;

/**
 * What a student is trained towards in a phase of a run: a record of its options, that names its key in {@code config.json} and
 * makes the lesson. Those of this library are {@link Trajectories}, {@link Bootstrap}, {@link Derivative} and {@link Pinn}, and those
 * of students that denoise, in {@code io.bootdistill.phase}; others may be added from outside.
 */
public interface Objective {

    /** The key of its options in JSON, such as {@code bootstrap}. */
    String key();

    /** Whether the student is given two times, that of its input and that of the signal. */
    default boolean hasTwoTimes() {
        return false;
    }

    /**
     * How a student takes several steps that reads a state and its time and denoises it, as its teacher does; null for students
     * that read pure noise.
     */
    default @Nullable FewSteps fewSteps() {
        return null;
    }

    /**
     * In how many steps of {@link #fewSteps} the student gives samples, at a point of its phase of the run: so it is measured,
     * and a corrector needs 1. Never more at a later point.
     *
     * @param done share of the phase's steps that are done, in [0, 1]
     */
    default int sampledSteps(double done) {
        return 1;
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

    /** Cost of a step in forward passes of one sample: a backward pass counts two. */
    double passes(StepSize size);

    /**
     * Bytes of device memory that its lesson takes besides the networks and what workers call them with, as far as they count: for
     * images that it keeps, and for networks made ready once more.
     *
     * @param student the network that learns
     * @param workers that take part
     */
    default long bytes(StepSize size, Graph student, int workers) {
        return 0;
    }

    /** Networks like the student's that its lesson keeps besides. */
    default int networks() {
        return 0;
    }

    /**
     * Refuses a teacher that it does not fit.
     *
     * @throws IllegalArgumentException naming the option, its value and what is allowed
     */
    default void requireFit(NoiseSchedule schedule) {}

    /**
     * Refuses a length that it does not fit, before the run has done anything.
     *
     * @param steps of its phase of the run, at least 1
     * @throws IllegalArgumentException naming the option, its value and what is allowed
     */
    default void requireSteps(StepSize size, long steps) {}

    /** Makes the lesson for a part of a run, which the caller closes. */
    Lesson lesson(Classroom room, Assignment assignment);
}
