package io.bootdistill.progressive;

import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.StepSize;
import io.bootdistill.objective.Objective;

/**
 * A round of progressive distillation (arXiv 2202.00512), which halves the steps of a denoiser, without data: an objective that
 * is not of this library.
 *
 * @param steps of the student, 1 … 1,000; the teacher takes two for each
 */
public record Progressive(int steps) implements Objective {

    /** Checks the range. */
    public Progressive {
        if (steps < 1 || steps > 1000) {
            throw new IllegalArgumentException("steps of progressive: " + steps + ", must be 1 … 1000");
        }
    }

    @Override
    public String key() {
        return "progressive";
    }

    @Override
    public double passes(StepSize size) {
        return size.batch() * (3.0 + 2 * size.predictionCalls());
    }

    @Override
    public Lesson lesson(Classroom room, Assignment assignment) {
        return new ProgressiveLesson(room, assignment, new ProgressiveDraws(room, 2 * steps), 2 * steps);
    }

    /** The weight of a sample: that of the larger of the errors of x₀ and of ε (the paper, §4). */
    static double weight(double alpha, double sigma) {
        return Math.min(Math.max(1, Math.pow(alpha / sigma, 2)), 1e4);
    }
}
