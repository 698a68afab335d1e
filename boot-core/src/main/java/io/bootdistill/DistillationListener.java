package io.bootdistill;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.metric.PairedError;
import io.bootdistill.network.ImageShape;

/**
 * Follows a run. Called on the thread that called {@code train}, between steps. An exception is logged, and the run goes on.
 */
public interface DistillationListener {

    /**
     * The student's quality on held-out noise, by its averaged weights, in the steps of {@link
     * io.bootdistill.objective.Objective#sampledSteps}: fewer in later rounds of a method that has some.
     *
     * @param pairedRmse against the reference sampler on the same noise: of images, both clamped; of latents as they are
     * @param diversity mean pairwise distance of the student's samples, relative to the reference's, per class
     * @param leastDiversity that of the class where it is least; NaN where no class has two samples
     * @param picture shape of a sample that can be looked at: of an image, or what the autoencoder makes of latents
     * @param samples the first held-out samples, [n] of that shape, clamped
     * @param reference the reference's, on the same noise
     */
    record Quality(
            long step, long images, double pairedRmse, double diversity, double leastDiversity, ImageShape picture, float[] samples,
            float[] reference) {

        /** Checks that there is something to look at. */
        public Quality {
            Checks.notNull("picture", picture);
            Checks.notNull("samples", samples);
            Checks.notNull("reference", reference);
        }

        /** The error between the samples that can be looked at. */
        public double pictureRmse() {
            return PairedError.rmse(samples, reference);
        }
    }

    /** The run begins, or goes on: the configuration is final. */
    default void started(DistillationConfig config, long firstStep) {}

    /** Pictures of the stage before are being drawn, before the run begins, or the reference samples; so many of the total. */
    default void preparing(int done, int total) {}

    /** A report is due. */
    default void progress(Progress progress) {}

    /** The student was evaluated. */
    default void quality(Quality quality) {}

    /**
     * The student has collapsed, see {@link io.bootdistill.metric.CollapseAlarm}. Called after {@link #quality}, at each
     * evaluation that finds it; not in the first quarter of a run, which starts from the mean image of each class.
     *
     * @param reason why, as part of a sentence
     */
    default void collapsed(Quality quality, String reason) {}

    /**
     * A checkpoint was written, where the run has a folder. What is done here does not count as time of training.
     *
     * @param student with the averaged weights and its time input, to be sampled during the call; it belongs to the run
     */
    default void checkpoint(long step, Student student) {}

    /**
     * Whether to stop now; asked after each step: a run with a folder writes a checkpoint first. Also asked between portions of the
     * pictures of the stage before; while reference samples are drawn, a {@link RunHandle} or an interrupt ends a run.
     */
    default boolean shouldStop() {
        return false;
    }
}
