package io.bootdistill.objective;

import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.StepSize;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Plan;

/**
 * BOOT: y_θ(ε, s) ← SG[step(y_θ(ε, t), t → s)], s = t − δ (arXiv 2306.05544, eq. 9).
 *
 * @param solver how the target is made, by one step
 * @param delta δ over the run
 * @param times how t is spread over a batch
 * @param weighting w(t)
 * @param boundary how the boundary t_max enters
 * @param restartShare share of the samples, but for those of the boundary, that start not from pure noise but from a state of
 *     the student's own on the way, in [0, 0.9]; at least one sample unless 0. The student then is given both times, and can take
 *     several steps (as flow maps do, arXiv 2406.07507); shorter ones than it has learnt are an extrapolation. 0.5 is a good
 *     value, without residual weights, which made four steps worse than two. 0: a one-step student
 * @param targetEma decay per step of the average of the student that makes the targets, in [0, 1); 0: the student itself
 */
public record Bootstrap(
        Solver solver, Delta delta, TimeSampling times, BootstrapLoss.Weighting weighting, Boundary boundary,
        double restartShare, double targetEma) implements Objective {

    /** Checks the ranges. */
    public Bootstrap {
        Checks.notNull("solver of bootstrap", solver);
        Checks.that(solver != Solver.MULTISTEP, "solver of bootstrap", solver,
                "EULER, DDIM, HEUN or MIDPOINT: a step alone has no history");
        Checks.notNull("delta of bootstrap", delta);
        Checks.notNull("times of bootstrap", times);
        Checks.notNull("weighting of bootstrap", weighting);
        Checks.notNull("boundary of bootstrap", boundary);
        Checks.that(restartShare >= 0 && restartShare <= 0.9, "restartShare of bootstrap", restartShare, "in [0, 0.9]");
        Checks.that(restartShare == 0 || !(boundary instanceof Boundary.Hard), "restartShare of bootstrap", restartShare,
                "0 with a hard boundary, which is of students of one time");
        Checks.that(targetEma >= 0 && targetEma < 1, "targetEma of bootstrap", targetEma, "in [0, 1)");
    }

    /** Heun's solver, a shrinking δ, stratified times, a flat weight, the boundary as an atom of an eighth. */
    public static Bootstrap defaults() {
        return new Bootstrap(Solver.HEUN, Delta.defaults(), TimeSampling.STRATIFIED, BootstrapLoss.Weighting.FLAT,
                new Boundary.Atom(0.125), 0, 0);
    }

    /**
     * The paper's (arXiv 2306.05544, §4): DDIM steps of a fixed δ = 0.05, independent uniform times, a weight of 1/δ², and the
     * boundary as a loss of its own.
     */
    public static Bootstrap paper() {
        return new Bootstrap(Solver.DDIM, Delta.fixed(0.05), TimeSampling.UNIFORM,
                BootstrapLoss.Weighting.INVERSE_DELTA_SQUARED, new Boundary.Term(0.125, 1), 0, 0);
    }

    /** The same with another solver. */
    public Bootstrap withSolver(Solver solver) {
        return new Bootstrap(solver, delta, times, weighting, boundary, restartShare, targetEma);
    }

    /** The same with another δ. */
    public Bootstrap withDelta(Delta delta) {
        return new Bootstrap(solver, delta, times, weighting, boundary, restartShare, targetEma);
    }

    /** The same with times spread in another way. */
    public Bootstrap withTimes(TimeSampling times) {
        return new Bootstrap(solver, delta, times, weighting, boundary, restartShare, targetEma);
    }

    /** The same with another w(t). */
    public Bootstrap withWeighting(BootstrapLoss.Weighting weighting) {
        return new Bootstrap(solver, delta, times, weighting, boundary, restartShare, targetEma);
    }

    /** The same with another boundary. */
    public Bootstrap withBoundary(Boundary boundary) {
        return new Bootstrap(solver, delta, times, weighting, boundary, restartShare, targetEma);
    }

    /** The same with another share that restarts. */
    public Bootstrap withRestartShare(double restartShare) {
        return new Bootstrap(solver, delta, times, weighting, boundary, restartShare, targetEma);
    }

    /** The same with another average that makes the targets. */
    public Bootstrap withTargetEma(double targetEma) {
        return new Bootstrap(solver, delta, times, weighting, boundary, restartShare, targetEma);
    }

    @Override
    public String key() {
        return "bootstrap";
    }

    @Override
    public boolean hasTwoTimes() {
        return restartShare > 0;
    }

    @Override
    public double passes(StepSize size) {
        BatchRows rows = new BatchRows(size.batch(), size.block(), boundary.samples(size.batch()), restartShare);
        int calls = (solver.callsTwice() ? 2 : 1) + (boundary instanceof Boundary.Hard ? 1 : 0);
        return rows.bootstrapSamples * (4.0 + calls * size.predictionCalls()) // the student at t, at s, and backwards
                + rows.restartSamples // their first call, from the noise
                + rows.boundarySamples * (3.0 + size.predictionCalls());
    }

    /** The student at t. */
    @Override
    public long bytes(StepSize size, Graph student, int workers) {
        return workers * Plan.bytes(student, size.block());
    }

    @Override
    public Lesson lesson(Classroom room, Assignment assignment) {
        BootstrapLoss loss = new BootstrapLoss(weighting, boundary);
        return new BootstrapLesson(
                room, assignment, new BootstrapDraws(room, assignment, solver, delta, times, loss, restartShare), solver);
    }
}
