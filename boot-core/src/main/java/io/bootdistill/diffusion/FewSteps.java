package io.bootdistill.diffusion;

/**
 * How a student that denoises, as its teacher does, gets from one state to the next where it takes several steps. The last leads
 * to the clean sample, α = 1: what the student says there.
 */
public enum FewSteps {

    /** Along the line through the state and what was said of it (DDIM, arXiv 2010.02502), at its trailing times. */
    DDIM {
        @Override
        public double time(NoiseSchedule schedule, int i, int n) {
            return schedule.trailing(i, n);
        }
    },

    /**
     * What was said, with noise of its own again (consistency models, arXiv 2303.01469, algorithm 1), at times spread over 50
     * trailing ones as latent consistency models have them (arXiv 2310.04378).
     */
    RENOISE {
        @Override
        public double time(NoiseSchedule schedule, int i, int n) {
            return schedule.trailing(i * GRID / n, GRID);
        }
    };

    private static final int GRID = 50;

    /**
     * The time of call i of n, from {@link NoiseSchedule#tMax} down; after the last comes the clean sample, which has no time.
     *
     * @param n at most {@link #most}
     */
    public abstract double time(NoiseSchedule schedule, int i, int n);

    /** The most steps of a sample. */
    public int most() {
        return this == RENOISE ? GRID : 1_000;
    }
}
