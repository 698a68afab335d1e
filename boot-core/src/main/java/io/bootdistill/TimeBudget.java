package io.bootdistill;

import io.bootdistill.SignalOde.Solver;
import java.util.Arrays;

/** Turns a time budget into a number of images, once, before a run: from then on nothing depends on the clock. */
final class TimeBudget {

    private static final int WARM_UP = 3;
    private static final int TIMED = 9;

    /** Share of the budget for steps and evaluations; the rest is for start-up, files and a machine that slows down. */
    private static final double SHARE = 0.9;

    private TimeBudget() {}

    static DistillationConfig fit(DistillationConfig config, Trainer trainer) {
        double[] seconds = new double[TIMED];
        for (int i = -WARM_UP; i < TIMED; i++) {
            long start = System.nanoTime();
            trainer.run();
            if (i >= 0) {
                seconds[i] = (System.nanoTime() - start) * 1e-9;
            }
        }
        Arrays.sort(seconds);
        double perStep = seconds[TIMED / 2];
        // in units of one forward pass of one sample, a backward pass counting two
        double stepCost = config.batch() * (config.solver() == Solver.HEUN ? 6.0 : 5.0);
        double evaluations = 1 + 10; // about ten checkpoints
        double heldOutCost = config.heldOut() * (config.referenceSteps() + evaluations);
        double available = SHARE * config.timeBudget().toSeconds() - perStep * heldOutCost / stepCost;
        long steps = Math.max(1, (long) (available / perStep));
        return config.toBuilder().images(steps * config.batch()).timeBudget(null).build();
    }
}
