package io.bootdistill.lesson;

import io.bootdistill.device.Philox;

/**
 * The independent streams of random numbers of a run, all from its one seed: a draw is a function of (seed, stream, index)
 * alone, so that nothing depends on what was drawn before. Two streams never meet, since each has a number of its own: its
 * place in this list, to which new ones are added at the end.
 */
public enum Stream {
    /** Noise, condition and guidance scale of the samples of a step. */
    NOISE, CONDITION, GUIDANCE,
    /** The time t of a sample that bootstraps, that of one that regresses on a trajectory. */
    TIME, TRAJECTORY_TIME,
    /** Where a sample restarts: of a step that bootstraps, of a use of a trajectory. */
    START, TRAJECTORY_START,
    /** Noise and image of a sample of denoising training; its others are below. */
    DENOISING_NOISE, DENOISING_IMAGE,
    /** The samples of the corrector, the noise they are given again, and its level. */
    CORRECTOR_NOISE, CORRECTOR_CONDITION, CORRECTOR_GUIDANCE, CORRECTOR_AGAIN, CORRECTOR_TIME,
    /** The time of a sample of denoising training, and whether its label is left out. */
    DENOISING_TIME, DENOISING_NULL,
    /** For lessons from outside: they derive streams of their own from its seeds. */
    OTHER,
    /** The smaller picture of a sample of denoising training, where it is one of a network that enlarges. */
    DENOISING_SMALLER,
    /** The pictures of the stage before, where one that enlarges is distilled. */
    STAGE, STAGE_CONDITION,
    /** The samples of the online network's own, their noise and its level at τ, and whether their condition is left out. */
    ONLINE_NOISE, ONLINE_CONDITION, ONLINE_GUIDANCE, ONLINE_AGAIN, ONLINE_TIME, ONLINE_NULL;

    /** The seed of a draw that needs more than one number. */
    public long seed(long run, long index) {
        return Philox.seed(run, ordinal() + 1, index);
    }

    /** A uniform number in [0, 1). */
    public double uniform(long run, long index) {
        return Philox.uniform(run, ordinal() + 1, index);
    }
}
