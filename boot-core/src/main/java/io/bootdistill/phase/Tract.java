package io.bootdistill.phase;

import io.bootdistill.internal.work.Checks;
import java.util.List;

/**
 * Transitive closure time-distillation, TRACT (arXiv 2303.04248): as {@link Consistency}, but to the end of a short phase, in two
 * rounds, of which the second has the student of the first as its teacher.
 *
 * @param steps of the teacher in the first round, 2 … 1,024
 * @param middle phases of the first round, the steps of its student, which is the teacher of the second; a divisor of {@code steps}
 * @param ends phases of the second round, the steps of the student at the end, a divisor of {@code middle}; equal to it, there is no
 *     second round
 * @param share of the first round of two, in [0.01, 0.99]
 * @param targetEma decay per step of the average that makes the targets, in [0, 1); 0: the student itself
 * @param weighting of noise levels
 * @param walks how they are made and shared
 */
public record Tract(
        int steps, int middle, int ends, double share, double targetEma, SnrWeighting weighting, Walks walks)
        implements PhaseObjective {

    /** Checks the ranges. */
    public Tract {
        Checks.range("steps of tract", steps, 2, 1024);
        Checks.that(middle >= 1 && middle < steps && steps % middle == 0, "middle of tract", middle,
                "at least 1, and a divisor of steps, " + steps + ", below it");
        Checks.that(ends >= 1 && middle % ends == 0, "ends of tract", ends, "at least 1, and a divisor of middle, " + middle);
        Checks.that(share >= 0.01 && share <= 0.99, "share of tract", share, "in [0.01, 0.99]");
        Checks.that(targetEma >= 0 && targetEma < 1, "targetEma of tract", targetEma, "in [0, 1)");
        Checks.notNull("weighting of tract", weighting);
        Checks.notNull("walks of tract", walks);
    }

    /** 32 → 8 → 1 steps, a third of the run for the first round, an average of 0.5. */
    public static Tract defaults() {
        return new Tract(32, 8, 1, 1.0 / 3, 0.5, SnrWeighting.TRUNCATED, Walks.defaults());
    }

    /** The same with other steps. */
    public Tract withSteps(int steps, int middle, int ends) {
        return new Tract(steps, middle, ends, share, targetEma, weighting, walks);
    }

    /** The same with another share of the first round. */
    public Tract withShare(double share) {
        return new Tract(steps, middle, ends, share, targetEma, weighting, walks);
    }

    /** The same with another average that makes the targets. */
    public Tract withTargetEma(double targetEma) {
        return new Tract(steps, middle, ends, share, targetEma, weighting, walks);
    }

    /** The same with another weighting. */
    public Tract withWeighting(SnrWeighting weighting) {
        return new Tract(steps, middle, ends, share, targetEma, weighting, walks);
    }

    /** The same with other walks. */
    public Tract withWalks(Walks walks) {
        return new Tract(steps, middle, ends, share, targetEma, weighting, walks);
    }

    @Override
    public String key() {
        return "tract";
    }

    @Override
    public List<Stage> stages() {
        if (middle == ends) {
            return List.of(round(1, 0, steps, middle));
        }
        return List.of(round(share, 0, steps, middle), round(1 - share, 1, middle, ends));
    }

    private Stage round(double part, int round, int from, int to) {
        return new Stage(part, round, from, 1, from / to, false, Math.min(walks.uses(), from));
    }
}
