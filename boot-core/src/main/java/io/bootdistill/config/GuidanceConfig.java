package io.bootdistill.config;

import io.bootdistill.diffusion.GuidanceInterval;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.internal.work.Checks;

/**
 * Classifier-free guidance (arXiv 2207.12598) that is distilled into the student, and its labels.
 *
 * @param range the scales w: where there is more than one, each sample draws its own, uniform, and the student is given w as an
 *     input
 * @param nullLabel label that means no condition; −1: the teacher's own
 * @param negativeLabel label that guidance leads away from; −1: the null label
 * @param nullProbability how often the student sees the null label, in [0, 1]
 * @param interval the times at which the teacher is guided
 * @param rescale ρ of {@link io.bootdistill.diffusion.Guidance}, in [0, 1]; above 0, predictions are made by way of the host
 */
public record GuidanceConfig(
        GuidanceRange range, int nullLabel, int negativeLabel, double nullProbability, GuidanceInterval interval, double rescale) {

    /** Checks the ranges. */
    public GuidanceConfig {
        Checks.notNull("range of guidance", range);
        Checks.that(nullLabel >= -1, "nullLabel", nullLabel, "a label, or -1 for the teacher's own");
        Checks.that(negativeLabel >= -1, "negativeLabel", negativeLabel, "a label, or -1 for the null label");
        Checks.that(nullProbability >= 0 && nullProbability <= 1, "nullProbability", nullProbability, "in [0, 1]");
        Checks.notNull("interval of guidance", interval);
        Checks.that(rescale >= 0 && rescale <= 1, "rescale", rescale, "in [0, 1]");
    }

    /** No guidance; a tenth of the samples without a label, by the teacher's own null label. */
    public static GuidanceConfig defaults() {
        return new GuidanceConfig(GuidanceRange.NONE, -1, -1, 0.1, GuidanceInterval.ALWAYS, 0);
    }

    /**
     * One scale w, but not at the noisiest tenth of the times: the signal that x̂ = α f + σ ε starts with is then the mean of the
     * pictures of the prompt, which guidance would exaggerate.
     */
    public static GuidanceConfig ofPrompts(double scale) {
        return defaults().withRange(new GuidanceRange(scale, scale)).withInterval(new GuidanceInterval(0, 0.9));
    }

    /** The same with other scales. */
    public GuidanceConfig withRange(GuidanceRange range) {
        return new GuidanceConfig(range, nullLabel, negativeLabel, nullProbability, interval, rescale);
    }

    /** The same with another null label. */
    public GuidanceConfig withNullLabel(int nullLabel) {
        return new GuidanceConfig(range, nullLabel, negativeLabel, nullProbability, interval, rescale);
    }

    /** The same with another label that guidance leads away from. */
    public GuidanceConfig withNegativeLabel(int negativeLabel) {
        return new GuidanceConfig(range, nullLabel, negativeLabel, nullProbability, interval, rescale);
    }

    /** The same with the null label at another rate. */
    public GuidanceConfig withNullProbability(double nullProbability) {
        return new GuidanceConfig(range, nullLabel, negativeLabel, nullProbability, interval, rescale);
    }

    /** The same at other times. */
    public GuidanceConfig withInterval(GuidanceInterval interval) {
        return new GuidanceConfig(range, nullLabel, negativeLabel, nullProbability, interval, rescale);
    }

    /** The same, rescaled so much. */
    public GuidanceConfig withRescale(double rescale) {
        return new GuidanceConfig(range, nullLabel, negativeLabel, nullProbability, interval, rescale);
    }

    /** Whether the teacher is guided. */
    public boolean isGuided() {
        return !range.equals(GuidanceRange.NONE);
    }
}
