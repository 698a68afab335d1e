package io.bootdistill.config;

import io.bootdistill.internal.work.Checks;

/**
 * What a student is compared with at each checkpoint.
 *
 * @param heldOut noises that no step trains on, 0 … 1,048,576; 0 for no comparison; {@link #AUTOMATIC}: 0 or 16 … 1,000
 * @param referenceSteps steps of the teacher's sampler from each, 1 … 1,048,576
 */
public record Evaluation(int heldOut, int referenceSteps) {

    /**
     * As many noises that their reference samples and all comparisons take at most a tenth of what the run's networks calculate,
     * 1,000 at most; none where fewer than 16 would fit, as in a run of few steps. It follows from the configuration and the
     * networks alone; a run writes the number.
     */
    public static final int AUTOMATIC = -1;

    /** Checks the ranges. */
    public Evaluation {
        Checks.range("heldOut", heldOut, AUTOMATIC, 1 << 20);
        Checks.range("referenceSteps", referenceSteps, 1, 1 << 20);
    }

    /** As many noises as the length of the run allows, 50 steps. */
    public static Evaluation defaults() {
        return new Evaluation(AUTOMATIC, 50);
    }

    /** Whether the run is to say how many noises. */
    public boolean isAutomatic() {
        return heldOut == AUTOMATIC;
    }

    /** The same on other noises. */
    public Evaluation withHeldOut(int heldOut) {
        return new Evaluation(heldOut, referenceSteps);
    }

    /** The same against other steps. */
    public Evaluation withReferenceSteps(int referenceSteps) {
        return new Evaluation(heldOut, referenceSteps);
    }
}
