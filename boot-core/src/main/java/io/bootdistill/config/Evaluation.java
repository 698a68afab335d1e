package io.bootdistill.config;

import io.bootdistill.internal.work.Checks;

/**
 * What a student is compared with at each checkpoint.
 *
 * @param heldOut noises that no step trains on, 0 … 1,048,576; 0 for no comparison
 * @param referenceSteps steps of the teacher's sampler from each, 1 … 1,048,576
 */
public record Evaluation(int heldOut, int referenceSteps) {

    /** Checks the ranges. */
    public Evaluation {
        Checks.range("heldOut", heldOut, 0, 1 << 20);
        Checks.range("referenceSteps", referenceSteps, 1, 1 << 20);
    }

    /** 1,000 noises, 50 steps. */
    public static Evaluation defaults() {
        return new Evaluation(1_000, 50);
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
