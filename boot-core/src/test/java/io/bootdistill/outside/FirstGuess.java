package io.bootdistill.outside;

import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.StepSize;
import io.bootdistill.objective.Objective;

/**
 * An objective that is not of this library: the student learns what its teacher says of pure noise, the mean of all images.
 *
 * @param weight of the loss, above 0
 */
public record FirstGuess(double weight) implements Objective {

    /** Checks the range. */
    public FirstGuess {
        if (!(weight > 0)) {
            throw new IllegalArgumentException("weight of firstGuess is " + weight + ", must be above 0");
        }
    }

    @Override
    public String key() {
        return "firstGuess";
    }

    @Override
    public double passes(StepSize size) {
        return size.batch() * (3.0 + size.predictionCalls());
    }

    @Override
    public Lesson lesson(Classroom room, Assignment assignment) {
        return new FirstGuessLesson(room, assignment, weight);
    }
}
