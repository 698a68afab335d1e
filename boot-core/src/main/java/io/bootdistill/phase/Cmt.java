package io.bootdistill.phase;

import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.internal.work.Checks;
import java.util.List;

/**
 * The mid-training of consistency models (CMT, arXiv 2509.24526), as a whole run or before {@link Consistency}: the student learns
 * at all points of the teacher's walk where it ends, so that no step learns from the student's own errors.
 *
 * @param steps of a walk, 1 … 1,000
 * @param ends phases of the walk, each with an end of its own, 1 … {@code steps}; divides it. They are the steps that the student
 *     takes by DDIM; one of a single end takes any number, with new noise
 * @param weighting of noise levels
 * @param walks how they are made and shared
 */
public record Cmt(int steps, int ends, SnrWeighting weighting, Walks walks) implements PhaseObjective {

    /** Checks the ranges. */
    public Cmt {
        Checks.range("steps of cmt", steps, 1, 1000);
        Checks.that(ends >= 1 && steps % ends == 0, "ends of cmt", ends, "at least 1, and a divisor of steps, " + steps);
        Checks.notNull("weighting of cmt", weighting);
        Checks.notNull("walks of cmt", walks);
    }

    /** Ten steps to one end. */
    public static Cmt defaults() {
        return new Cmt(10, 1, SnrWeighting.TRUNCATED, Walks.defaults());
    }

    /** The same with other steps, and so many ends. */
    public Cmt withSteps(int steps, int ends) {
        return new Cmt(steps, ends, weighting, walks);
    }

    /** The same with another weighting. */
    public Cmt withWeighting(SnrWeighting weighting) {
        return new Cmt(steps, ends, weighting, walks);
    }

    /** The same with other walks. */
    public Cmt withWalks(Walks walks) {
        return new Cmt(steps, ends, weighting, walks);
    }

    @Override
    public String key() {
        return "cmt";
    }

    @Override
    public FewSteps fewSteps() {
        return ends == 1 ? FewSteps.RENOISE : FewSteps.DDIM;
    }

    @Override
    public List<Stage> stages() {
        return List.of(new Stage(1, 0, steps, 1, steps / ends, true, Math.min(walks.uses(), steps)));
    }
}
