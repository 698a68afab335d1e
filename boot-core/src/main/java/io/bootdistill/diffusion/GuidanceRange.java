package io.bootdistill.diffusion;

import io.bootdistill.internal.work.Checks;

/**
 * The guidance scales that a student was distilled for. Where there is more than one, the student is given the scale as an
 * input (guided distillation, arXiv 2210.03142, §3).
 *
 * @param least the smallest w, at least 0
 * @param most the largest w
 */
public record GuidanceRange(double least, double most) {

    /** No guidance. */
    public static final GuidanceRange NONE = new GuidanceRange(1, 1);

    public GuidanceRange {
        Checks.atLeastZero("least", least);
        Checks.that(most >= least && Double.isFinite(most), "most", most, "finite and at least " + least);
    }

    /** The only scale, or the middle of the range: what a student is sampled with unless said otherwise. */
    public double middle() {
        return (least + most) / 2;
    }

    /** Whether there is no guidance at all. */
    public boolean isNone() {
        return least == 1 && most == 1;
    }

    /** Whether the scale can be chosen. */
    public boolean isWide() {
        return least < most;
    }

    /** Whether a scale is among them. */
    public boolean holds(double scale) {
        return scale >= least && scale <= most;
    }

    public void require(double scale) {
        Checks.that(holds(scale), "guidance", scale,
                (isWide() ? least + " … " + most : Double.toString(least)) + ", for which the student was distilled");
    }
}
