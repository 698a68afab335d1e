package io.bootdistill.internal.training;

import io.bootdistill.internal.work.Replay;
import io.bootdistill.lesson.Lesson;
import java.util.List;

/** Lessons that take part in a step together, and what the device has recorded of such a step. */
final class StepLessons implements AutoCloseable {

    final List<Lesson> all;
    final boolean solve;
    final Replay solution;
    final Replay calculation;

    /**
     * @param solution what solves, where one of the lessons does
     * @param calculation all else that the device does in a step
     */
    StepLessons(List<Lesson> all, Replay solution, Replay calculation) {
        this.all = all;
        this.solution = solution;
        this.calculation = calculation;
        solve = all.stream().anyMatch(Lesson::solves);
    }

    @Override
    public void close() {
        solution.close();
        calculation.close();
    }
}
