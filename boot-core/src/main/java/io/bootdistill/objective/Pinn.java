package io.bootdistill.objective;

import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.StepSize;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Plan;

/**
 * The residual of {@link Derivative} squared, and differentiated through everything: through f, and through dy_θ/dt, which here
 * is a central difference, one-sided at the ends. For comparison, as in physics-informed networks (arXiv 1711.10561): it needs
 * the teacher's gradient by its input, which only networks without guidance and limits give here, and costs three backward
 * passes of the student.
 *
 * @param times how t is spread over a batch
 * @param weighting w(t), with δ = 1
 * @param boundary how the boundary t_max enters; not a hard one
 */
public record Pinn(TimeSampling times, BootstrapLoss.Weighting weighting, Boundary boundary) implements Objective {

    /** Checks the ranges. */
    public Pinn {
        Derivative.require("pinn", times, weighting, boundary);
    }

    /** Stratified times, a flat weight, the boundary as an atom of an eighth. */
    public static Pinn defaults() {
        return new Pinn(TimeSampling.STRATIFIED, BootstrapLoss.Weighting.FLAT, new Boundary.Atom(0.125));
    }

    @Override
    public String key() {
        return "pinn";
    }

    @Override
    public boolean needsTeacherGradient() {
        return true;
    }

    @Override
    public double passes(StepSize size) {
        int boundaries = boundary.samples(size.batch());
        return (size.batch() - boundaries) * 15.0 // before and after t, backwards from there, and the teacher backwards
                + boundaries * 4.0;
    }

    /** The student beside t, and a teacher with the gradient of its input, which is taken to be as large. */
    @Override
    public long bytes(StepSize size, Graph student, int workers) {
        return workers * (Plan.bytes(student, size.block()) + Plan.inputGradientBytes(student, size.block()));
    }

    @Override
    public Lesson lesson(Classroom room, Assignment assignment) {
        return new PinnLesson(
                room, assignment, new DerivativeDraws(room, assignment, times, new BootstrapLoss(weighting, boundary)));
    }
}
