package io.bootdistill.phase;

import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.internal.sampling.Trajectory;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.lesson.Blocks;

/**
 * A part of a lesson in which the grid, and where its phases end, stay as they are.
 *
 * @param share of the lesson's steps, in (0, 1]
 * @param round its teacher is that of the run in the first, 0, then the student of the round before
 * @param steps N of a walk: t_0 = t_max, …, t_N, the clean sample
 * @param stride samples learn at every so many points, from the first on; divides {@code phase}, and is 1 without supervision
 * @param phase points of a phase; divides {@code steps}
 * @param isSupervised whether the end of a phase is the walk's; else the student's average leads there from the next point
 * @param uses samples that a walk serves, at most
 */
public record Stage(double share, int round, int steps, int stride, int phase, boolean isSupervised, int uses) {

    /** Checks the ranges. */
    public Stage {
        Checks.that(share > 0 && share <= 1, "share of a stage", share, "in (0, 1]");
        Checks.that(round >= 0, "round of a stage", round, "at least 0");
        Checks.that(steps >= 1, "steps of a stage", steps, "at least 1");
        Checks.that(phase >= 1 && steps % phase == 0, "phase of a stage", phase, "at least 1, and a divisor of steps, " + steps);
        Checks.that(stride >= 1 && phase % stride == 0 && (isSupervised || stride == 1), "stride of a stage", stride,
                isSupervised ? "at least 1, and a divisor of phase, " + phase : "1 where the walk does not say where phases end");
        Checks.that(uses >= 1, "uses of a stage", uses, "at least 1");
    }

    /** Where a sample learns, for a number in [0, 1). */
    int start(double u) {
        return stride * (int) (u * (steps / stride));
    }

    /** e: where the phase ends that a point is in. */
    int end(int i) {
        return (i / phase + 1) * phase;
    }

    /** j: the point whose signal is taken from the walk for a sample at i. */
    int known(int i) {
        return isSupervised ? end(i) : i + 1;
    }

    /** Signals of a walk that are kept: y_0 and each that follows after a stride. */
    int kept() {
        return steps / stride + 1;
    }

    /** t_i. */
    double time(NoiseSchedule schedule, int i) {
        return i == steps ? schedule.tMin() : schedule.trailing(i, steps);
    }

    double alpha(NoiseSchedule schedule, int i) {
        return i == steps ? 1 : schedule.alpha(time(schedule, i));
    }

    double sigma(NoiseSchedule schedule, int i) {
        return i == steps ? 0 : schedule.sigma(time(schedule, i));
    }

    /** c of the step from t_i to t_e with f held constant. */
    double factor(NoiseSchedule schedule, int i, int e) {
        return e == steps ? 1 : schedule.step(time(schedule, i), time(schedule, e));
    }

    /** The walk. */
    Trajectory trajectory(NoiseSchedule schedule, Solver solver) {
        double[] times = new double[steps];
        for (int i = 0; i < steps; i++) {
            times[i] = time(schedule, i);
        }
        return Trajectory.discrete(schedule, solver, times, true);
    }

    /** Walks that a block of so many samples begins in a step. */
    int fresh(int samples, int block) {
        int each = Math.min(uses, block);
        return (samples + each - 1) / each;
    }

    /** Signals of the walks that a step begins. */
    long signals(Blocks blocks, int block) {
        return (long) kept() * blocks.count() * fresh(block, block);
    }

    /** Steps after the one that begins a walk, until its last use. */
    long reach(int block, int interval) {
        return (Math.min(uses, block) - 1L) * interval;
    }
}
