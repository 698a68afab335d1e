package io.bootdistill.lesson;

import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.GuidanceInterval;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the lessons of a student are made from: the teacher, the student, and the size and the seed of the run. */
public interface Classroom {

    /** Seed of all random numbers, see {@link Stream}. */
    long seed();

    /** Samples of a step. */
    int batch();

    /** Samples that one worker takes through the networks at once. */
    int block();

    /** Gradient sums that workers fill independently: block b is of lane b mod lanes. */
    int lanes();

    /** Those that will take part, made before any lesson. */
    List<Worker> workers();

    // ---- the teacher

    ImageShape shape();

    NoiseSchedule schedule();

    ConditionShape condition();

    /** Draws the conditions of samples. */
    ConditionSource conditions();

    /** What the outputs of {@link Worker#teacher} mean. */
    Prediction teacherOutput();

    /** The limit of predictions of x₀; 0 for none. */
    double clip();

    /** The guidance scales that samples are given; one of 1 for none. */
    GuidanceRange guidance();

    /** The times at which the teacher is guided. */
    default GuidanceInterval guidanceInterval() {
        return GuidanceInterval.ALWAYS;
    }

    /** The label, or the row of a table, that guidance leads away from; −1 where there is none. */
    default int guidanceLabel() {
        return -1;
    }

    /** The teacher's network; null for a function of the user's. */
    @Nullable Model teacher();

    /** Whether the teacher's predictions are made on the device alone, see {@link Lesson#staysOnDevice}. */
    default boolean isTeacherOnDevice() {
        return workers().get(0).teacher().staysOnDevice();
    }

    /** Whether the teacher changes between steps: what it has solved cannot be solved again later. */
    boolean isTeacherMoving();

    // ---- the student

    /** The network that learns. */
    Model student();

    /** The network that makes targets: an average of the student's, or itself. */
    Model target();

    /** What the student's output means. */
    Prediction studentOutput();

    /** Whether the student is given two times, that of its input and that of the signal. */
    boolean hasTwoTimes();

    /** Whether the student reads states and their time, and denoises them as the teacher does, instead of pure noise. */
    default boolean isDenoiser() {
        return false;
    }

    /**
     * Another network that learns in a lesson, with an optimiser of its own; the lesson closes it, and the model with it.
     *
     * @param model taken over
     * @param steps of its run: the rate falls to 0 at their end
     * @param blocks of the lesson; it has a lane for each, at most {@link #lanes}
     */
    Learner learner(Model model, OptimiserConfig optimiser, long steps, int blocks);
}
