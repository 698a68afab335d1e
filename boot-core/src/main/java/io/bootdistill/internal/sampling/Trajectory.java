package io.bootdistill.internal.sampling;

import io.bootdistill.diffusion.DiscreteSchedule;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.internal.work.Checks;
import org.jspecify.annotations.Nullable;

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
 * @param consistency of a consistency model's steps; null for a solver's
 */
public record Trajectory(
        Solver solver, double start, double[] times, double[] steps, double[] alphas, double[] sigmas, double[] seconds,
        @Nullable Consistency consistency) {

    /** α at t_max from which on the signal there counts: it is 0.068 for Stable Diffusion, at most 0.02 elsewhere. */
    private static final double LEAST_SIGNAL = 0.05;

    /** σ_d, the deviation of data that consistency models are given. */
    private static final double DATA = 0.5;

    /**
     * The steps of a consistency model (arXiv 2303.01469, algorithm 1, on the discrete times of 2310.04378): evaluation i makes
     * y = out_i f + skip_i x, and the state after it is noised anew, x = α_{i+1} y + σ_{i+1} ε_{i+1}.
     */
    record Consistency(double[] outs, double[] skips) {}

    public int evaluations() {
        return times.length;
    }

    /** Factor of f − (f of the evaluation before) in f̄; 0 where f is not extrapolated. */
    double extrapolation(int evaluation) {
        boolean inside = evaluation > 0 && evaluation < evaluations() - 1 && times[evaluation] < times[evaluation - 1];
        return inside ? solver.extrapolation(times[evaluation - 1], times[evaluation], times[evaluation + 1]) : 0;
    }

    public boolean isTwice(int evaluation) {
        return !Double.isNaN(seconds[evaluation]);
    }

    /** Whether what is left of the signal at t_max counts: then x̂ = α y + σ ε there is not ε. */
    public static boolean startsWithSignal(NoiseSchedule schedule) {
        return schedule.alpha(schedule.tMax()) >= LEAST_SIGNAL;
    }

    /**
     * The reference sampler: N steps from t_max to t_min by {@link Solver#time}, y = f(ε, t_max) at the start, one last f at
     * t_min. N = 1 is f(ε, t_max) alone. Where the state at t_max still has signal, as in schedules of latent models, the first step
     * calls f again at x̂ = α y + σ ε; where it has next to none, both calls are the same.
     */
    public static Trajectory reference(NoiseSchedule schedule, Solver solver, int n) {
        if (n == 1) {
            return new Trajectory(
                    solver, 0, new double[] {schedule.tMax()}, new double[] {1}, new double[] {1}, new double[] {0},
                    new double[] {Double.NaN}, null);
        }
        int more = startsWithSignal(schedule) ? 1 : 0;
        double[] times = new double[n + 1 + more];
        for (int i = 0; i < times.length; i++) {
            times[i] = solver.time(schedule, Math.max(0, i - more), n);
        }
        Trajectory trajectory = along(schedule, solver, 0, times);
        trajectory.steps[0] = 1; // y = f(ε, t_max), which the DDIM step from ε leaves as it is
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

    /**
     * The steps of a latent consistency model: N of the times that it was distilled on, the last of which leads to y.
     *
     * @param original how many times these are
     * @param scaling of the time step in the boundary condition out² = 1 − σ_d²/((scaling·t)² + σ_d²), σ_d = ½
     */
    public static Trajectory consistency(DiscreteSchedule schedule, int steps, int original, double scaling) {
        Checks.range("steps", steps, 1, original);
        int stride = schedule.size() / original;
        double[] times = new double[steps];
        for (int i = 0; i < steps; i++) {
            int place = (int) Math.floor(i * (double) original / steps);
            times[i] = ((original - place) * (double) stride - 1) / (schedule.size() - 1);
        }
        double[] outs = new double[steps];
        double[] skips = new double[steps];
        Trajectory trajectory = new Trajectory(Solver.DDIM, 0, times, new double[steps], new double[steps], new double[steps],
                new double[steps], new Consistency(outs, skips));
        for (int i = 0; i < steps; i++) {
            double scaled = scaling * schedule.networkTime(times[i]);
            skips[i] = DATA * DATA / (scaled * scaled + DATA * DATA);
            outs[i] = scaled / Math.sqrt(scaled * scaled + DATA * DATA);
            trajectory.steps[i] = 1;
            trajectory.alphas[i] = i + 1 < steps ? schedule.alpha(times[i + 1]) : 1;
            trajectory.sigmas[i] = i + 1 < steps ? schedule.sigma(times[i + 1]) : 0;
            trajectory.seconds[i] = Double.NaN;
        }
        return trajectory;
    }

    private static Trajectory along(NoiseSchedule schedule, Solver solver, double start, double[] times) {
        int n = times.length;
        Trajectory trajectory =
                new Trajectory(solver, start, times, new double[n], new double[n], new double[n], new double[n], null);
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
