package io.bootdistill.internal.distillation;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.internal.sampling.Trajectory;

/**
 * Which trajectory and which of its times each sample of a step regresses on, a pure function of (seed, step). A block solves
 * trajectories for a part of its samples; the others use those of earlier steps again, at intervals that keep the samples of
 * neighbouring steps different.
 */
public final class TrajectoryDraws {

    /** Draws of the run's seed: beside those of {@link Batch}. */
    private static final int TIME = 5;

    private static final int START = 7;

    private final DistillationConfig config;
    private final NoiseSchedule schedule;
    private final int uses;
    private final Trajectory trajectory;
    private final int steps;
    private final double most;
    private final double least;

    TrajectoryDraws(DistillationConfig config, NoiseSchedule schedule) {
        this.config = config;
        this.schedule = schedule;
        uses = Math.min(config.trajectoryUses(), config.block());
        trajectory = Trajectory.reference(schedule, SignalOde.Solver.MULTISTEP, config.trajectorySteps());
        steps = trajectory.evaluations() - 1;
        most = trajectory.times()[0];
        least = trajectory.times()[steps];
    }

    Trajectory trajectory() {
        return trajectory;
    }

    /** Noises whose trajectories a block of so many samples solves in a step; its first samples. */
    public static int fresh(DistillationConfig config, int samples) {
        return (samples + config.trajectoryUses() - 1) / config.trajectoryUses();
    }

    /** Likewise. */
    public int fresh(int samples) {
        return fresh(config, samples);
    }

    /** Steps before one of a run whose trajectories it may use. */
    long history() {
        return Math.min((uses - 1L) * config.trajectoryInterval(), config.regressions() - 1);
    }

    /** Whether all uses are of the trajectory's end alone: then they share one signal. */
    boolean isAtEnd() {
        return config.trajectoryEnd() == 1 && !restarts();
    }

    private boolean restarts() {
        return config.restartSamples() > 0;
    }

    /** Signals that are kept of a trajectory: the target of each use and, where samples restart, what each would start from. */
    int signals() {
        return isAtEnd() ? 1 : restarts() ? 2 * uses : uses;
    }

    /** Which of the signals is a use's target. */
    int target(int use) {
        return isAtEnd() ? 0 : use;
    }

    /** Which of them a sample starts from that restarts. */
    int start(int use) {
        return uses + use;
    }

    /** The time of a signal that is kept. */
    double timeOfSignal(long noise, int signal) {
        return signal < uses ? time(noise, signal) : startTime(noise, signal - uses);
    }

    /** The step whose trajectories a sample uses; the first steps of a run spread over those that there are. */
    long origin(long step, int use) {
        return step - use * Math.min(config.trajectoryInterval(), step / uses);
    }

    /** The time that a use regresses on: t_min with probability {@code trajectoryEnd}, else uniform from there to t_max. */
    double time(long noise, int use) {
        double u = Philox.uniform(config.seed(), TIME, noise * uses + use);
        double end = config.trajectoryEnd();
        return u < end ? least : least + (u - end) / (1 - end) * (most - least);
    }

    /**
     * The time that a use starts from if it restarts: uniform between its target and the end of the first step, but for a mean
     * step's length above the target, so that there is something to learn; t_max where this leaves nothing.
     */
    double startTime(long noise, int use) {
        double lowest = time(noise, use) + (most - least) / steps;
        double highest = trajectory.times()[1];
        double u = Philox.uniform(config.seed(), START, noise * uses + use);
        return lowest < highest ? lowest + u * (highest - lowest) : most;
    }

    /** The step of a trajectory that leads past a time; t_min is that of the last evaluation, whose signal is the sample. */
    int step(double t) {
        int step = 0;
        while (step < steps && t <= trajectory.times()[step + 1]) {
            step++;
        }
        return step;
    }

    /**
     * The share of a step, not the first or the last, that leads from its start to a time: with f̄ held constant, the signal
     * there is y + c (f̄ − y), too, and so lies between those of its ends.
     */
    double share(int step, double t) {
        return schedule.step(trajectory.times()[step], t) / trajectory.steps()[step];
    }
}
