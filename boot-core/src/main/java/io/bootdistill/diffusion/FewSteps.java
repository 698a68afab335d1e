package io.bootdistill.diffusion;

import io.bootdistill.internal.work.Checks;

/**
 * How a student that denoises, as its teacher does, gets from one state to the next where it takes several steps. The last leads
 * to the clean sample, α = 1: what the student says there.
 */
public enum FewSteps {

    /**
     * Along the line through the state and what was said of it (DDIM, arXiv 2010.02502), at its trailing times: from each to the
     * next. The format's scheduler does the same where n divides the T times of the schedule; else it steps by ⌊T/n⌋ of them, which
     * leads a little beside the next.
     */
    DDIM {
        @Override
        double at(NoiseSchedule schedule, int i, int n) {
            return schedule.trailing(i, n);
        }
    },

    /**
     * What was said, with noise of its own again (consistency models, arXiv 2303.01469, algorithm 1), at times spread over those of
     * {@link #spread}, as latent consistency models have them (arXiv 2310.04378).
     */
    RENOISE {
        @Override
        double at(NoiseSchedule schedule, int i, int n) {
            int all = spread(schedule);
            return schedule.trailing((int) (i * ((double) all / n)), all); // rounded as the format's scheduler does
        }
    };

    private static final int GRID = 50;

    /**
     * The time of call i of n, from {@link NoiseSchedule#tMax} down; after the last comes the clean sample, which has no time.
     *
     * @param i 0 … n − 1
     * @param n 1 … {@link #most(NoiseSchedule)}
     */
    public double time(NoiseSchedule schedule, int i, int n) {
        Checks.range("steps", n, 1, most(Checks.notNull("schedule", schedule)));
        Checks.range("step", i, 0, n - 1);
        return at(schedule, i, n);
    }

    abstract double at(NoiseSchedule schedule, int i, int n);

    /** The most steps of a sample, where the schedule has so many times. */
    public int most() {
        return this == RENOISE ? GRID : 1_000;
    }

    /** The most steps of a sample, with this schedule: no more than it has times. */
    public int most(NoiseSchedule schedule) {
        return Checks.notNull("schedule", schedule).times() == 0 ? most() : Math.min(most(), schedule.times());
    }

    /** How many trailing times those of {@link #RENOISE} are spread over: 50 where these divide the schedule's, else all of it. */
    public static int spread(NoiseSchedule schedule) {
        return Checks.notNull("schedule", schedule).times() % GRID == 0 ? GRID : schedule.times();
    }
}
