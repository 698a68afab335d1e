package io.bootdistill.format;

/** The noise of DDPM's random sampler. Where it is learned, the network has it in the second half of its output's channels. */
public enum VarianceType {
    FIXED_SMALL,
    FIXED_SMALL_LOG,
    FIXED_LARGE,
    FIXED_LARGE_LOG,
    LEARNED,
    LEARNED_RANGE;

    /** Whether the network gives it. */
    public boolean isLearned() {
        return this == LEARNED || this == LEARNED_RANGE;
    }
}
