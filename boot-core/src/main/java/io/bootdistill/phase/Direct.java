package io.bootdistill.phase;

import io.bootdistill.internal.work.Checks;
import java.util.List;

/**
 * Direct distillation: the student learns at pure noise what the teacher's walk ends with (Luhman and Luhman, arXiv 2101.02388).
 * One step is all that it has learnt: DDIM can take it in more, but asks it at noise levels that it has not seen.
 *
 * @param steps of a walk, 1 … 1,000
 * @param pairs noises that the run knows, with a condition and a scale each, as a set of stored pairs has them, 1 … 2,147,483,647;
 *     0: each is new
 * @param loss of an element; theirs is {@link PixelLoss#ABSOLUTE} for small images
 * @param walks how they are made and shared, all uses at pure noise
 */
public record Direct(int steps, int pairs, PixelLoss loss, Walks walks) implements PhaseObjective {

    /** Checks the ranges. */
    public Direct {
        Checks.range("steps of direct", steps, 1, 1000);
        Checks.that(pairs >= 0, "pairs of direct", pairs, "at least 0");
        Checks.notNull("loss of direct", loss);
        Checks.notNull("walks of direct", walks);
    }

    /** Ten steps, new noises, the squared error, four uses of a walk, 96 steps apart. */
    public static Direct defaults() {
        return new Direct(10, 0, PixelLoss.SQUARED, Walks.defaults().withUses(4, 96));
    }

    /** The same with other steps. */
    public Direct withSteps(int steps) {
        return new Direct(steps, pairs, loss, walks);
    }

    /** The same with another number of pairs. */
    public Direct withPairs(int pairs) {
        return new Direct(steps, pairs, loss, walks);
    }

    /** The same with another loss. */
    public Direct withLoss(PixelLoss loss) {
        return new Direct(steps, pairs, loss, walks);
    }

    /** The same with other walks. */
    public Direct withWalks(Walks walks) {
        return new Direct(steps, pairs, loss, walks);
    }

    @Override
    public String key() {
        return "direct";
    }

    /** There is one noise level. */
    @Override
    public SnrWeighting weighting() {
        return SnrWeighting.FLAT;
    }

    @Override
    public List<Stage> stages() {
        return List.of(new Stage(1, 0, steps, steps, steps, true, walks.uses()));
    }
}
