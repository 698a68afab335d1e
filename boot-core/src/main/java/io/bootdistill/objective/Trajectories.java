package io.bootdistill.objective;

import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.internal.sampling.Trajectory;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.StepSize;
import io.bootdistill.network.Graph;
import java.util.stream.IntStream;

/**
 * Regression on the teacher's own trajectories: y_θ(ε, t) ← y_t for times t from t_max to t_min, with the sampler's result at
 * t_min. At t_min alone it is the distillation of Luhman and Luhman (arXiv 2101.02388); at all times, the mid-training of CMT
 * (arXiv 2509.24526). No step of it learns from the student's own errors.
 *
 * @param steps of a trajectory, by the multistep solver, 2 … 1,000; costs one teacher call more
 * @param uses samples that a trajectory serves, 1 … 64; as many as a block has where that is less. Fewer are better for each
 *     image, more for the time
 * @param interval steps between two uses of a trajectory, 1 … 10,000: the longer, the less a student remembers its signal. Keeps
 *     about {@code interval·batch·(1 − 1/uses)} images in device memory; where {@code end} is below 1, {@code uses} times as many,
 *     and where samples restart, {@code 2·uses} times
 * @param end share of the samples at t_min, in [0, 1]; the others are uniform from there to t_max
 * @param restartShare share of the samples that start from a state on the teacher's trajectory instead of pure noise, in
 *     [0, 0.9], at least a {@code steps}th of the way before their target: the student then is given both times, and can take
 *     several steps (as flow maps do, arXiv 2406.07507). 0: a one-step student
 * @param ownStates share of these that start from the state which the student itself has reached from the noise, instead of the
 *     teacher's, in [0, 1], as all but the first of its steps will (SFD, arXiv 2409.19681); the target stays the teacher's. Costs
 *     the student's call. Better late in a run than early, when these are of no use yet
 */
public record Trajectories(int steps, int uses, int interval, double end, double restartShare, double ownStates)
        implements Objective {

    /** Checks the ranges. */
    public Trajectories {
        Checks.range("steps of trajectories", steps, 2, 1000);
        Checks.range("uses of trajectories", uses, 1, 64);
        Checks.range("interval of trajectories", interval, 1, 10_000);
        Checks.that(end >= 0 && end <= 1, "end of trajectories", end, "in [0, 1]");
        Checks.that(restartShare >= 0 && restartShare <= 0.9, "restartShare of trajectories", restartShare, "in [0, 0.9]");
        Checks.that(ownStates >= 0 && ownStates <= 1, "ownStates of trajectories", ownStates, "in [0, 1]");
        Checks.that(steps > 2 || restartShare == 0, "steps of trajectories", steps,
                "at least 3 with a restartShare: two leave no state to start from");
    }

    /** Ten steps, four uses 96 steps apart, all of them at t_min, from pure noise. */
    public static Trajectories defaults() {
        return new Trajectories(10, 4, 96, 1, 0, 0);
    }

    /** For teachers that read prompts: eight uses, since guidance doubles what a trajectory costs. */
    public static Trajectories ofPrompts() {
        return defaults().withUses(8, 96);
    }

    /** The same with other steps. */
    public Trajectories withSteps(int steps) {
        return new Trajectories(steps, uses, interval, end, restartShare, ownStates);
    }

    /** The same with other uses of a trajectory, so many steps apart. */
    public Trajectories withUses(int uses, int interval) {
        return new Trajectories(steps, uses, interval, end, restartShare, ownStates);
    }

    /** The same with another share at t_min. */
    public Trajectories withEnd(double end) {
        return new Trajectories(steps, uses, interval, end, restartShare, ownStates);
    }

    /** The same with another share that restarts. */
    public Trajectories withRestartShare(double restartShare) {
        return new Trajectories(steps, uses, interval, end, restartShare, ownStates);
    }

    /** The same with another share of states of the student's own. */
    public Trajectories withOwnStates(double ownStates) {
        return new Trajectories(steps, uses, interval, end, restartShare, ownStates);
    }

    @Override
    public String key() {
        return "trajectories";
    }

    @Override
    public boolean hasTwoTimes() {
        return restartShare > 0;
    }

    @Override
    public boolean isAtEnd() {
        return end == 1 && !hasTwoTimes();
    }

    /** Samples that a trajectory serves in blocks of so many. */
    int uses(int block) {
        return Math.min(uses, block);
    }

    /** Noises whose trajectories a block of so many samples solves in a step. */
    private int fresh(StepSize size, int samples) {
        int each = uses(size.block());
        return (samples + each - 1) / each;
    }

    @Override
    public double passes(StepSize size) {
        int samples = size.blocks().size(0);
        double share = (double) fresh(size, samples) / samples;
        int evaluations = Trajectory.reference(size.schedule(), Solver.MULTISTEP, steps).evaluations();
        BatchRows rows = new BatchRows(size.batch(), size.block(), 0, restartShare);
        int own = IntStream.range(0, rows.blocks.count()).map(block -> rows.own(block, ownStates)).sum();
        return size.batch() * (3 + evaluations * share * size.predictionCalls()) + own;
    }

    /** The ring of recent trajectories. */
    @Override
    public long bytes(StepSize size, Graph student, int workers) {
        long kept = (long) size.blocks().count() * fresh(size, size.block()) * ((uses(size.block()) - 1L) * interval + 1);
        long signals = isAtEnd() ? 1 : (hasTwoTimes() ? 2L : 1) * uses(size.block());
        return Float.BYTES * kept * signals * student.network().output().size();
    }

    @Override
    public Lesson lesson(Classroom room, Assignment assignment) {
        return new TrajectoryLesson(room, assignment, new TrajectoryDraws(
                room, assignment, steps, uses, interval, end, restartShare, ownStates));
    }
}
