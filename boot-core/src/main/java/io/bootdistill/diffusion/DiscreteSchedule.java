package io.bootdistill.diffusion;

import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.work.Checks;

/** The variance-preserving schedule of a table: λ at the indices 0 … N − 1, linear in between; t = index/(N − 1). */
public final class DiscreteSchedule implements NoiseSchedule {

    private final double[] lambda;
    private final int last;

    /** @param alphasCumprod α² at each index, falling, in [0, 1); at least 2 entries */
    public DiscreteSchedule(double[] alphasCumprod) {
        this(alphasCumprod, 0);
    }

    /**
     * A schedule that ends before its noisiest levels.
     *
     * @param alphasCumprod α² at each index, falling, in [0, 1); at least 2 entries
     * @param leastAlpha t_max is the last index with at least this α: ε-prediction divides by it
     */
    public DiscreteSchedule(double[] alphasCumprod, double leastAlpha) {
        if (Checks.notNull("alphasCumprod", alphasCumprod).length < 2) {
            throw new IllegalArgumentException(
                    "the schedule has " + alphasCumprod.length + " entries, must have at least 2");
        }
        lambda = new double[alphasCumprod.length];
        int finite = -1;
        for (int i = 0; i < lambda.length; i++) {
            double a = alphasCumprod[i];
            if (!(a >= 0 && a < 1) || i > 0 && a > alphasCumprod[i - 1]) {
                throw new IllegalArgumentException("alphas_cumprod[" + i + "] is " + a
                        + ", must be in [0, 1) and at most the entry before it");
            }
            lambda[i] = 0.5 * Math.log((1 - a) / a);
            if (a > 0 && Math.sqrt(a) >= leastAlpha) {
                finite = i;
            }
        }
        if (finite < 1) {
            throw new IllegalArgumentException("the schedule has no noise level between data and pure noise");
        }
        last = finite;
    }

    /**
     * The schedule of a scheduler of the format. An ε-prediction is divided by α, and its error with it: there t_max is where α
     * is at least 0.01.
     */
    public static DiscreteSchedule of(SchedulerConfig scheduler) {
        double leastAlpha = Prediction.of(Checks.notNull("scheduler", scheduler)) == Prediction.EPSILON ? 1e-2 : 0;
        return new DiscreteSchedule(scheduler.alphasCumprod(), leastAlpha);
    }

    @Override
    public double alpha(double t) {
        return Math.sqrt(1 / (1 + Math.exp(2 * lambda(t))));
    }

    @Override
    public double sigma(double t) {
        return Math.sqrt(1 / (1 + Math.exp(-2 * lambda(t))));
    }

    @Override
    public double lambda(double t) {
        double index = networkTime(t);
        int i = segment(index);
        double share = index - i;
        return share == 0 ? lambda[i] : lambda[i] + share * (lambda[i + 1] - lambda[i]);
    }

    @Override
    public double lambdaDerivative(double t) {
        int i = segment(networkTime(t));
        return (lambda[i + 1] - lambda[i]) * (lambda.length - 1);
    }

    private int segment(double index) {
        return (int) Math.min(Math.max(Math.floor(index), 0), lambda.length - 2);
    }

    @Override
    public double networkTime(double t) {
        return t * (lambda.length - 1);
    }

    @Override
    public double tMin() {
        return 0;
    }

    @Override
    public double tMax() {
        return (double) last / (lambda.length - 1);
    }

    /** The indices up to that of t_max. */
    @Override
    public int times() {
        return last + 1;
    }

    /** At whole indices; of more steps than these, some fall together. */
    @Override
    public double trailing(int i, int n) {
        double count = times();
        return Math.max(0, Math.rint(count - count * i / n) - 1) / (lambda.length - 1);
    }

    /** Number of entries. */
    public int size() {
        return lambda.length;
    }
}
