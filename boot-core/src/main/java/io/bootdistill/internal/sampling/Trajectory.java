package io.bootdistill.internal.sampling;

import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SignalOde.Solver;

/**
 * The times of a deterministic sampler and the coefficients of its steps: evaluation i is made at {@code times[i]}, then
 * y ← y + c_i (f̄ − y) and x ← α_{i+1} y + σ_{i+1} ε. After the last, x is the sample.
 *
 * @param solver how f̄ is made
 * @param start factor κ of the first signal y = κ ε
 * @param times decreasing, in [0, 1]
 * @param steps c of each evaluation
 * @param alphas α of the state after each evaluation
 * @param sigmas σ of the state after each evaluation
 * @param seconds for each evaluation, the time of the solver's second one; NaN where there is none
 */
public record Trajectory(
        Solver solver, double start, double[] times, double[] steps, double[] alphas, double[] sigmas, double[] seconds) {

    public int evaluations() {
        return times.length;
    }

    /** Factor of f − (f of the evaluation before) in f̄; 0 where f is not extrapolated. */
    double extrapolation(int evaluation) {
        boolean inside = evaluation > 0 && evaluation < evaluations() - 1;
        return inside ? solver.extrapolation(times[evaluation - 1], times[evaluation], times[evaluation + 1]) : 0;
    }

    public boolean isTwice(int evaluation) {
        return !Double.isNaN(seconds[evaluation]);
    }

    /**
     * The reference sampler: N steps from t_max to t_min by {@link Solver#time}, y = f(ε, t_max) at the start, one last f at
     * t_min. N = 1 is f(ε, t_max) alone.
     */
    public static Trajectory reference(NoiseSchedule schedule, Solver solver, int n) {
        if (n == 1) {
            return new Trajectory(
                    solver, 0, new double[] {schedule.tMax()}, new double[] {1}, new double[] {1}, new double[] {0},
                    new double[] {Double.NaN});
        }
        double[] times = new double[n + 1];
        for (int i = 0; i <= n; i++) {
            times[i] = solver.time(schedule, i, n);
        }
        Trajectory trajectory = along(schedule, solver, 0, times);
        trajectory.steps[0] = 1; // y = f(ε, t_max), which the first DDIM step leaves as it is
        trajectory.seconds[0] = Double.NaN;
        return trajectory;
    }

    /** A sampler of the format: the state at the first time is pure noise; x after the last step is x₀, or the state at t_min. */
    public static Trajectory discrete(NoiseSchedule schedule, Solver solver, double[] times, boolean toCleanImage) {
        double alpha = schedule.alpha(times[0]);
        double sigma = schedule.sigma(times[0]);
        // y = (x − σ ε)/α with x = ε: ε (1 − σ)/α, without its cancellation
        Trajectory trajectory = along(schedule, solver, alpha / (1 + sigma), times);
        if (!toCleanImage) {
            int last = times.length - 1;
            double end = schedule.tMin();
            trajectory.steps[last] = solver.factor(schedule, times[last], end);
            trajectory.alphas[last] = schedule.alpha(end);
            trajectory.sigmas[last] = schedule.sigma(end);
        }
        return trajectory;
    }

    private static Trajectory along(NoiseSchedule schedule, Solver solver, double start, double[] times) {
        int n = times.length;
        Trajectory trajectory =
                new Trajectory(solver, start, times, new double[n], new double[n], new double[n], new double[n]);
        for (int i = 0; i < n - 1; i++) {
            trajectory.steps[i] = solver.factor(schedule, times[i], times[i + 1]);
            trajectory.alphas[i] = schedule.alpha(times[i + 1]);
            trajectory.sigmas[i] = schedule.sigma(times[i + 1]);
            trajectory.seconds[i] = solver.callsTwice() ? solver.second(schedule, times[i], times[i + 1]) : Double.NaN;
        }
        trajectory.steps[n - 1] = 1;
        trajectory.alphas[n - 1] = 1;
        trajectory.seconds[n - 1] = Double.NaN;
        return trajectory;
    }
}
