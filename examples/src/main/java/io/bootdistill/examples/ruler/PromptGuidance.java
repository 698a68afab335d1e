package io.bootdistill.examples.ruler;

import io.bootdistill.config.GuidanceConfig;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.GuidanceInterval;

/**
 * How a teacher of prompts is guided while it draws.
 *
 * @param scale w; 1 for none
 * @param interval the times at which it is
 * @param rescale how much it is rescaled
 * @param negative the prompt that guidance leads away from; empty for no prompt at all
 */
public record PromptGuidance(double scale, GuidanceInterval interval, double rescale, String negative) {

    /** Without guidance, there is nothing to say of it. */
    public PromptGuidance {
        if (scale == 1) {
            interval = GuidanceInterval.ALWAYS;
            rescale = 0;
            negative = "";
        }
    }

    /** At all times, away from no prompt. */
    public static PromptGuidance of(double scale) {
        return new PromptGuidance(scale, GuidanceInterval.ALWAYS, 0, "");
    }

    /** That which a student was distilled for; where it is a range, its middle. */
    public static PromptGuidance of(GuidanceConfig config, String negative) {
        return new PromptGuidance(config.range().middle(), config.interval(), config.rescale(), negative);
    }

    /** The same with another scale. */
    public PromptGuidance withScale(double scale) {
        return new PromptGuidance(scale, interval, rescale, negative);
    }

    /** What tells it from others in the name of a file. */
    public String key() {
        return "w" + scale + (equals(of(scale)) ? "" : "-" + interval.least() + "-" + interval.most() + "-" + rescale + "-"
                + Integer.toHexString(negative.hashCode()));
    }

    /** A teacher's request with the scale and the negative prompt: the format's sampler knows no more. */
    DrawRequest addedTo(DrawRequest request) {
        DrawRequest guided = request.withGuidance(scale);
        return negative.isEmpty() ? guided : guided.withNegative(negative);
    }

    /** The request for what students are compared with, which starts from the signal that is left at t_max. */
    public DrawRequest reference(DrawRequest request) {
        return addedTo(request).asReference(interval, rescale);
    }
}
