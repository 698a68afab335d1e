package io.bootdistill.objective;

import io.bootdistill.internal.work.Checks;

/**
 * The bootstrap step δ = t − s, in units of t.
 *
 * @param start δ at the first step that bootstraps, in (0, 0.5]
 * @param end δ at the last, in (0, start]; without a meaning where δ is fixed
 * @param schedule how it goes from one to the other
 */
public record Delta(double start, double end, DeltaSchedule schedule) {

    /** Checks the ranges. */
    public Delta {
        Checks.that(start > 0 && start <= 0.5, "start of delta", start, "in (0, 0.5]");
        Checks.that(end > 0 && end <= start, "end of delta", end, "in (0, start " + start + "]");
        Checks.notNull("schedule of delta", schedule);
    }

    /** From 0.12 to 0.02 geometrically. */
    public static Delta defaults() {
        return new Delta(0.12, 0.02, DeltaSchedule.GEOMETRIC);
    }

    /** Always the same. */
    public static Delta fixed(double delta) {
        return new Delta(delta, delta, DeltaSchedule.FIXED);
    }

    /** δ at a place 0 … 1 of the way through the run, before t has its say. */
    public double over(double progress) {
        return schedule.over(start, end, progress);
    }
}
