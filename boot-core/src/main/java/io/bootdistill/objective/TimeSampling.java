package io.bootdistill.objective;

/** How the times t of a batch are spread over [t_min + δ, t_max]. */
public enum TimeSampling {

    /**
     * One uniform draw in each of as many equal strata as there are samples: uniform, with less noise in the gradient (arXiv
     * 2107.00630 has one draw for all strata).
     */
    STRATIFIED {
        @Override
        public double place(int sample, int samples, double random, long step, long steps) {
            return (sample + random) / samples;
        }
    },

    /** Independent and uniform (arXiv 2306.05544, algorithm 1). */
    UNIFORM {
        @Override
        public double place(int sample, int samples, double random, long step, long steps) {
            return random;
        }
    },

    /**
     * Annealed from t_max to t_min over the steps that bootstrap, the batch spread over the step's share of the way: an ablation.
     * The paper compares with it and rejects it, because errors pile up along the way (arXiv 2306.05544, §5).
     */
    PROGRESSIVE {
        @Override
        public double place(int sample, int samples, double random, long step, long steps) {
            return Math.max(0, 1 - (step + (sample + random) / samples) / steps);
        }
    };

    /**
     * The place of a sample's time in the interval, 0 … 1.
     *
     * @param random uniform in [0, 1)
     * @param step of those that bootstrap, from 0
     * @param steps that bootstrap
     */
    public abstract double place(int sample, int samples, double random, long step, long steps);
}
