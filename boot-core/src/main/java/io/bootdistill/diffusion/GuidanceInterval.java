package io.bootdistill.diffusion;

import io.bootdistill.internal.work.Checks;

/**
 * The times at which a teacher is guided; at others its prediction is the conditional one, as with w = 1 (arXiv 2404.07724: guidance
 * at the noisiest times harms diversity, at the last it changes nothing).
 *
 * @param least the first time, in [0, 1], of noise none
 * @param most the last, in [least, 1]
 */
public record GuidanceInterval(double least, double most) {

    /** At all times. */
    public static final GuidanceInterval ALWAYS = new GuidanceInterval(0, 1);

    public GuidanceInterval {
        Checks.that(least >= 0 && least <= 1, "least", least, "in [0, 1]");
        Checks.that(most >= least && most <= 1, "most", most, "in [" + least + ", 1]");
    }

    /** What a scale comes to at a time. */
    public double scale(double scale, double t) {
        return t >= least && t <= most ? scale : 1;
    }
}
