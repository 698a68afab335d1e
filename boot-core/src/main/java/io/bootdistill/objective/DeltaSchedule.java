package io.bootdistill.objective;

/**
 * How the bootstrap step δ = t − s depends on the progress of a run and on t. A large δ carries the boundary's knowledge to
 * t_min in few steps, a small one has less solver error; the paper keeps it fixed (arXiv 2306.05544, §4.1).
 */
public enum DeltaSchedule {

    /** δ at the start, throughout. */
    FIXED {
        @Override
        public double over(double start, double end, double progress) {
            return start;
        }
    },

    /** From start to end geometrically over the run. */
    GEOMETRIC,

    /**
     * Like {@link #GEOMETRIC}, times max(t, 0.1): a step in proportion to t, short near the data, as consistency tuning takes
     * it (arXiv 2406.14548). The floor lets the bootstrap reach t_min.
     */
    RELATIVE {
        @Override
        public double at(double delta, double t) {
            return delta * Math.max(t, 0.1);
        }
    };

    /** δ of a step of the run, before t has its say; progress 0 … 1. */
    public double over(double start, double end, double progress) {
        return start * Math.pow(end / start, progress);
    }

    /** δ at t. */
    public double at(double delta, double t) {
        return delta;
    }
}
