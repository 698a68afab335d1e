package io.bootdistill.config;

import io.bootdistill.internal.work.Checks;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.objective.Objective;
import io.bootdistill.objective.Trajectories;

/**
 * A part of a run, with one objective.
 *
 * @param share of the run's steps, in (0, 1]
 * @param objective what the student is trained towards
 * @param weighting how residuals are weighted
 */
public record Phase(double share, Objective objective, ResidualWeighting weighting) {

    /** Checks the range. */
    public Phase {
        Checks.that(share > 0 && share <= 1, "share of a phase", share, "in (0, 1]");
        Checks.notNull("objective of a phase", objective);
        Checks.notNull("weighting of a phase", weighting);
    }

    /** A whole run on the teacher's trajectories, with residual weights. */
    public static Phase defaults() {
        return of(Trajectories.defaults());
    }

    /** A whole run of one objective, with the default residual weights. */
    public static Phase of(Objective objective) {
        return new Phase(1, objective, ResidualWeighting.defaults());
    }

    /** The same as another share of the run. */
    public Phase withShare(double share) {
        return new Phase(share, objective, weighting);
    }

    /** The same with other residual weights. */
    public Phase withWeighting(ResidualWeighting weighting) {
        return new Phase(share, objective, weighting);
    }
}
