package io.bootdistill.objective;

import io.bootdistill.internal.work.Checks;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.StepSize;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Plan;

/**
 * The limit δ → 0 of {@link Bootstrap}: the gradient −∇_θ y_θ · SG[dy_θ/dt + λ' (f − y_θ)] / (1 + λ'), without solver error. The
 * factor keeps the residual bounded where λ' is not: it then is f − y. With ε constant, dy_θ/dt is the derivative of the network
 * by its time input, which forward mode gives exactly, as in continuous-time consistency models (arXiv 2410.11081).
 *
 * @param times how t is spread over a batch
 * @param weighting w(t), with δ = 1
 * @param boundary how the boundary t_max enters; not a hard one
 * @param targetEma decay per step of the average of the student that makes the targets, in [0, 1); 0: the student itself
 */
public record Derivative(TimeSampling times, BootstrapLoss.Weighting weighting, Boundary boundary, double targetEma)
        implements Objective {

    /** Checks the ranges. */
    public Derivative {
        require("derivative", times, weighting, boundary);
        Checks.that(targetEma >= 0 && targetEma < 1, "targetEma of derivative", targetEma, "in [0, 1)");
    }

    static void require(String key, TimeSampling times, BootstrapLoss.Weighting weighting, Boundary boundary) {
        Checks.notNull("times of " + key, times);
        Checks.notNull("weighting of " + key, weighting);
        Checks.notNull("boundary of " + key, boundary);
        Checks.that(!(boundary instanceof Boundary.Hard), "boundary of " + key, "hard", "an atom or a term");
    }

    /** Stratified times, a flat weight, the boundary as an atom of an eighth. */
    public static Derivative defaults() {
        return new Derivative(TimeSampling.STRATIFIED, BootstrapLoss.Weighting.FLAT, new Boundary.Atom(0.125), 0);
    }

    @Override
    public String key() {
        return "derivative";
    }

    @Override
    public double passes(StepSize size) {
        int boundaries = boundary.samples(size.batch());
        return (size.batch() - boundaries) * (5.0 + size.predictionCalls()) // with a tangent at t
                + boundaries * (3.0 + size.predictionCalls());
    }

    /** The student at t, and its tangent. */
    @Override
    public long bytes(StepSize size, Graph student, int workers) {
        return workers * 2L * Plan.bytes(student, size.block());
    }

    @Override
    public Lesson lesson(Classroom room, Assignment assignment) {
        return new DerivativeLesson(
                room, assignment, new DerivativeDraws(room, assignment, times, new BootstrapLoss(weighting, boundary)));
    }
}
