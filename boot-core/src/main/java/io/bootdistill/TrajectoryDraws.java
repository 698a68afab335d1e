package io.bootdistill;

import io.bootdistill.device.Philox;

/**
 * Which trajectory and which of its points each sample of a step regresses on, a pure function of (seed, step). A block solves
 * trajectories for a part of its samples; the others use those of earlier steps again, at intervals that keep the samples of
 * neighbouring steps different.
 */
final class TrajectoryDraws {

    /** Draws of the run's seed: beside those of {@link Batch}. */
    private static final int POINT = 5;

    private final DistillationConfig config;
    private final int uses;
    private final Trajectory trajectory;

    TrajectoryDraws(DistillationConfig config, NoiseSchedule schedule) {
        this.config = config;
        uses = Math.min(config.trajectoryUses(), config.block());
        trajectory = Trajectory.reference(schedule, SignalOde.Solver.MULTISTEP, config.trajectorySteps());
    }

    Trajectory trajectory() {
        return trajectory;
    }

    /** Noises whose trajectories a block of so many samples solves in a step; its first samples. */
    static int fresh(DistillationConfig config, int samples) {
        return (samples + config.trajectoryUses() - 1) / config.trajectoryUses();
    }

    /** Likewise. */
    int fresh(int samples) {
        return fresh(config, samples);
    }

    /** Steps before one of a run whose trajectories it may use. */
    long history() {
        return Math.min((uses - 1L) * config.trajectoryInterval(), config.regressions() - 1);
    }

    /** Whether all uses are of the trajectory's end: then each has one signal. */
    boolean isAtEnd() {
        return config.trajectoryEnd() == 1;
    }

    /** Signals that are kept of a trajectory. */
    int points() {
        return isAtEnd() ? 1 : uses;
    }

    /** The step whose trajectories a sample uses; the first steps of a run spread over those that there are. */
    long origin(long step, int use) {
        return step - use * Math.min(config.trajectoryInterval(), step / uses);
    }

    /** The point of a trajectory that a use regresses on: the last with probability {@code trajectoryEnd}, else any. */
    int point(long noise, int use) {
        double u = Philox.uniform(config.seed(), POINT, noise * uses + use);
        double end = config.trajectoryEnd();
        int points = trajectory.evaluations();
        return u < end ? points - 1 : (int) ((u - end) / (1 - end) * points);
    }

    /** Time of a point. */
    double time(int point) {
        return trajectory.times()[point];
    }

    /** The evaluation after which the signal is the one at a point: the first stands for t_max, too; the last is the sample. */
    int evaluation(int point) {
        int last = trajectory.evaluations() - 1;
        return point == last ? last : Math.max(0, point - 1);
    }
}
