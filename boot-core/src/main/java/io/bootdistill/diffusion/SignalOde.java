package io.bootdistill.diffusion;

import io.bootdistill.internal.work.Checks;

/**
 * The Signal-ODE of a teacher: with the noise ε fixed, the signal y_t = (x_t − σ_t ε)/α_t moves as
 * dy/dt = −λ'_t (f(x_t, t) − y_t), x_t = α_t y_t + σ_t ε. The noise cancels: the path is smooth, and y at t_min is the sample
 * (Gu et al., <i>BOOT</i>, arXiv 2306.05544, §3.1).
 *
 * <p>The methods on double arrays are the definition, for analysis and tests. Training and sampling run the same steps as
 * kernels. Immutable.
 */
public final class SignalOde {

    /** How a step from t to s is taken, with c = 1 − exp(λ_s − λ_t) and h = λ_t − λ_s. */
    public enum Solver {
        /**
         * The derivative held constant (arXiv 2306.05544, eq. 7): y_s = y + (t − s) λ'_t (f − y), local error O(h²). Its factor
         * is limited to 1, that of a signal replaced by f: near t_max λ' has no bound.
         */
        EULER,
        /** f held constant: y_s = y + c (f − y), exactly DDIM (arXiv 2010.02502); local error O(h²). */
        DDIM,
        /**
         * The mean of f at both ends: y_s = y + c ((f_t + f_s)/2 − y); local error O(h³), two teacher calls. Heun's method, as
         * arXiv 2206.00364 samples by, but of f within the exact solution of what is linear.
         */
        HEUN,
        /**
         * f at the midpoint m in λ, reached by DDIM: y_s = y + c (f_m − y); local error O(h³), two teacher calls (DPM-Solver-2,
         * arXiv 2206.00927, of f instead of ε).
         */
        MIDPOINT,
        /**
         * f extrapolated to the middle of the step from the evaluation before, at r: y_s = y + c (f̄ − y) with
         * f̄ = f_t + (t − s)/(2 (r − t)) (f_t − f_r); local error O(h³), one teacher call. Of whole trajectories alone. A
         * multistep method as DPM-Solver++ (2M, arXiv 2211.01095), but linear in t instead of λ, which has no bound at t_max.
         * Of the reference sampler, its steps get shorter towards t_min.
         */
        MULTISTEP;

        /** Measured: 10 steps' images differ from those of 50 DDIM steps by 0.0107, of the bundled teacher; by 0.0142 with 1. */
        private static final double SPACING = 1.25;

        /** The time after i of n steps from t_max to t_min. */
        public double time(NoiseSchedule schedule, int i, int n) {
            double left = 1 - i / (double) n;
            left = this == MULTISTEP ? Math.pow(left, SPACING) : left;
            return left * Checks.notNull("schedule", schedule).tMax() + (1 - left) * schedule.tMin();
        }

        /** Factor of f − y. */
        public double factor(NoiseSchedule schedule, double t, double s) {
            Checks.notNull("schedule", schedule);
            return this == EULER ? Math.min(1, (t - s) * schedule.lambdaDerivative(t)) : schedule.step(t, s);
        }

        /** Whether the teacher is called twice. */
        public boolean callsTwice() {
            return this == HEUN || this == MIDPOINT;
        }

        /** Where it is called again; s for solvers that call it once. */
        public double second(NoiseSchedule schedule, double t, double s) {
            Checks.notNull("schedule", schedule);
            return this == MIDPOINT ? schedule.midpoint(t, s) : s;
        }

        /** Factor of f_t − f_r in f̄, in a step from t to s after an evaluation at r; 0 where f is not extrapolated. */
        public double extrapolation(double r, double t, double s) {
            return this == MULTISTEP ? (t - s) / (2 * (r - t)) : 0;
        }
    }

    /** A prediction of x₀ from a state, as a function. */
    @FunctionalInterface
    public interface Predictor {
        double[] predict(double[] x, double t);
    }

    private final NoiseSchedule schedule;

    public SignalOde(NoiseSchedule schedule) {
        this.schedule = Checks.notNull("schedule", schedule);
    }

    public NoiseSchedule schedule() {
        return schedule;
    }

    /** The state x_t = α_t y + σ_t ε. */
    public double[] state(double[] y, double[] noise, double t) {
        Checks.notNull("y", y);
        Checks.notNull("noise", noise);
        double alpha = schedule.alpha(t);
        double sigma = schedule.sigma(t);
        double[] x = new double[y.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = alpha * y[i] + sigma * noise[i];
        }
        return x;
    }

    /**
     * One step from t to s &lt; t.
     *
     * @throws IllegalArgumentException for {@link Solver#MULTISTEP}, which needs the evaluation before
     */
    public double[] step(Solver solver, Predictor f, double[] y, double[] noise, double t, double s) {
        Checks.notNull("solver", solver);
        Checks.notNull("f", f);
        Checks.notNull("y", y);
        Checks.notNull("noise", noise);
        Checks.that(solver != Solver.MULTISTEP, "solver", solver, "EULER, DDIM, HEUN or MIDPOINT: a step alone has no history");
        double c = solver.factor(schedule, t, s);
        double[] ft = f.predict(state(y, noise, t), t);
        if (!solver.callsTwice()) {
            return advance(y, ft, c);
        }
        double m = solver.second(schedule, t, s);
        double[] fm = f.predict(state(advance(y, ft, schedule.step(t, m)), noise, m), m);
        if (solver == Solver.MIDPOINT) {
            return advance(y, fm, c);
        }
        double[] mean = new double[y.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (ft[i] + fm[i]) / 2;
        }
        return advance(y, mean, c);
    }

    /** The signal at t_min from the noise: steps by {@link Solver#time}, y = f(ε, t_max) at the start. */
    public double[] solve(Solver solver, Predictor f, double[] noise, int steps) {
        Checks.notNull("solver", solver);
        Checks.notNull("f", f);
        Checks.notNull("noise", noise);
        double t = schedule.tMax();
        double[] y = f.predict(noise, t);
        double r = t;
        double[] fr = y;
        for (int i = 1; i <= steps; i++) {
            double s = solver.time(schedule, i, steps);
            if (solver == Solver.MULTISTEP) {
                double[] ft = f.predict(state(y, noise, t), t);
                double[] mean = i == 1 ? ft : advance(ft, fr, -solver.extrapolation(r, t, s));
                y = advance(y, mean, solver.factor(schedule, t, s));
                fr = ft;
            } else {
                y = step(solver, f, y, noise, t, s);
            }
            r = t;
            t = s;
        }
        return y;
    }

    private static double[] advance(double[] y, double[] f, double c) {
        double[] ys = new double[y.length];
        for (int i = 0; i < ys.length; i++) {
            ys[i] = y[i] + c * (f[i] - y[i]);
        }
        return ys;
    }
}
