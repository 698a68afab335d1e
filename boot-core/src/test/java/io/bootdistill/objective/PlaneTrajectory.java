package io.bootdistill.objective;

import io.bootdistill.diffusion.NoiseSchedule;

/** The times of the multistep solver's steps, and the signals between them, by the definition. */
final class PlaneTrajectory {

    private PlaneTrajectory() {}

    /** The time after i of n steps of a trajectory. */
    static double time(NoiseSchedule schedule, int i, int n) {
        return schedule.tMax() * Math.pow(1 - i / (double) n, 1.25);
    }

    /** The steps of a trajectory that are taken at a time. */
    static int taken(NoiseSchedule schedule, double t, int steps) {
        return Math.min(steps - (t > schedule.tMin() ? 1 : 0), (int) (steps * (1 - Math.pow(t / schedule.tMax(), 0.8))));
    }

    /**
     * The signal at a time within a step of a trajectory, whose f̄ is what leads from one end to the other; the sample at t_min.
     *
     * @param states that the sampler reports after each evaluation: that at the next point, and the sample
     * @param at element of the states and the noise
     */
    static double signal(NoiseSchedule schedule, float[][] states, float[] noise, int at, double t) {
        int steps = states.length - 1;
        if (t == schedule.tMin()) {
            return states[steps][at];
        }
        int taken = taken(schedule, t, steps);
        double[] ends = new double[2];
        double[] times = {time(schedule, taken, steps), time(schedule, taken + 1, steps)};
        for (int end = 0; end < 2; end++) {
            double s = taken == 0 ? times[1] : times[end];
            ends[end] = (states[Math.max(0, taken - 1 + end)][at] - schedule.sigma(s) * noise[at]) / schedule.alpha(s);
        }
        double f = ends[0] + (ends[1] - ends[0]) / schedule.step(times[0], times[1]);
        return taken == 0 ? ends[0] : ends[0] + schedule.step(times[0], t) * (f - ends[0]);
    }
}
