package io.bootdistill.matching;

/**
 * How a {@link Corrector} moves the student in a run.
 *
 * @param samples of a step
 * @param weight λ
 * @param guidance share of the guidance that the teacher has
 * @param onlineGuidance that the online network has
 * @param firstMove the first step that moves the student: before, the online network learns alone
 */
record Correction(
        int samples, double weight, Matching.Weighting weighting, Matching matching, double guidance, double onlineGuidance,
        long firstMove) {

    /** Whether the gradient goes through the networks. */
    boolean isThrough() {
        return matching instanceof Matching.Through;
    }
}
