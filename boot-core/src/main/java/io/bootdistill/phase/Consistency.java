package io.bootdistill.phase;

import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.internal.work.Checks;
import java.util.ArrayList;
import java.util.List;

/**
 * Consistency distillation (arXiv 2303.01469): the student says at a point of the teacher's walk what its own average says one step
 * of the teacher further, up to the end of the walk, where the teacher's last prediction stands; with several ends, multistep
 * consistency models (arXiv 2403.06807). Residual weights of power ½ and κ = c²/d are the pseudo-Huber loss of a constant c for
 * d values.
 *
 * @param steps of a walk at the end of the run, 1 … 1,000
 * @param doublings how often they double until then, in parts of the run of the same length, 0 … 9: a few steps at first make the
 *     average's errors few. {@code steps} halved so often is whole
 * @param ends phases of a walk, 1 … 1,000, each with an end of its own, a divisor of the first steps. They are the steps that the
 *     student takes by DDIM; one of a single end takes any number, with new noise
 * @param supervised share of the run, in [0, 1), in which the walk says where phases end, as {@link Cmt} has it
 * @param targetEma decay per step of the average that makes the targets, in [0, 1); 0: the student itself
 * @param weighting of noise levels
 * @param walks how they are made and shared
 */
public record Consistency(
        int steps, int doublings, int ends, double supervised, double targetEma, SnrWeighting weighting, Walks walks)
        implements PhaseObjective {

    /** Checks the ranges. */
    public Consistency {
        Checks.range("steps of consistency", steps, 1, 1000);
        Checks.that(doublings >= 0 && doublings <= 9 && steps % (1 << doublings) == 0, "doublings of consistency", doublings,
                "0 … 9, and so many that steps, " + steps + ", can be halved so often");
        Checks.that(ends >= 1 && (steps >> doublings) % ends == 0, "ends of consistency", ends,
                "at least 1, and a divisor of the first steps, " + (steps >> doublings));
        Checks.that(supervised >= 0 && supervised < 1, "supervised of consistency", supervised, "in [0, 1)");
        Checks.that(targetEma >= 0 && targetEma < 1, "targetEma of consistency", targetEma, "in [0, 1)");
        Checks.notNull("weighting of consistency", weighting);
        Checks.notNull("walks of consistency", walks);
    }

    /**
     * 25, then 50 steps to one end, the first fifth of the run supervised, an average of 0.95. The sampler with new noise asks at
     * some of 50 trailing times, whatever its steps are: students that end on these have learnt them all.
     */
    public static Consistency defaults() {
        return new Consistency(50, 1, 1, 0.2, 0.95, SnrWeighting.TRUNCATED, Walks.defaults());
    }

    /** As latent consistency models (arXiv 2310.04378) are distilled, of a range of guidance: 50 steps throughout, a flat weight. */
    public static Consistency latent() {
        return new Consistency(50, 0, 1, 0, 0.95, SnrWeighting.FLAT, Walks.defaults());
    }

    /** The same with other steps, which double so often until then. */
    public Consistency withSteps(int steps, int doublings) {
        return new Consistency(steps, doublings, ends, supervised, targetEma, weighting, walks);
    }

    /** The same with other ends. */
    public Consistency withEnds(int ends) {
        return new Consistency(steps, doublings, ends, supervised, targetEma, weighting, walks);
    }

    /** The same with another share that is supervised. */
    public Consistency withSupervised(double supervised) {
        return new Consistency(steps, doublings, ends, supervised, targetEma, weighting, walks);
    }

    /** The same with another average that makes the targets. */
    public Consistency withTargetEma(double targetEma) {
        return new Consistency(steps, doublings, ends, supervised, targetEma, weighting, walks);
    }

    /** The same with another weighting. */
    public Consistency withWeighting(SnrWeighting weighting) {
        return new Consistency(steps, doublings, ends, supervised, targetEma, weighting, walks);
    }

    /** The same with other walks. */
    public Consistency withWalks(Walks walks) {
        return new Consistency(steps, doublings, ends, supervised, targetEma, weighting, walks);
    }

    @Override
    public String key() {
        return "consistency";
    }

    @Override
    public FewSteps fewSteps() {
        return ends == 1 ? FewSteps.RENOISE : FewSteps.DDIM;
    }

    @Override
    public List<Stage> stages() {
        List<Stage> stages = new ArrayList<>();
        int parts = doublings + 1;
        for (int part = 0; part < parts; part++) {
            double from = (double) part / parts;
            double to = (part + 1.0) / parts;
            double change = Math.max(from, Math.min(to, supervised));
            add(stages, change - from, steps >> (doublings - part), true);
            add(stages, to - change, steps >> (doublings - part), false);
        }
        return stages;
    }

    private void add(List<Stage> stages, double share, int grid, boolean isSupervised) {
        if (share > 0) {
            stages.add(new Stage(share, 0, grid, 1, grid / ends, isSupervised, Math.min(walks.uses(), grid)));
        }
    }
}
