package io.bootdistill.diffusion;

import io.bootdistill.internal.work.Checks;

/**
 * Classifier-free guidance: f̃ = f(x, t, ∅) + scale·(f(x, t, c) − f(x, t, ∅)) (arXiv 2207.12598). Both predictions are one
 * batch of twice the size.
 *
 * @param scale w; 1 is no guidance
 * @param nullLabel the label that stands for no condition, ∅, or for a negative one, to lead away from
 * @param interval the times at which it is
 * @param rescale ρ in [0, 1]: f̃ is multiplied by ρ·std(f(x, t, c))/std(f̃) + 1 − ρ, standard deviations over a sample, so that it does
 *     not grow with w (arXiv 2305.08891, §3.4); 0 for not at all
 */
public record Guidance(double scale, int nullLabel, GuidanceInterval interval, double rescale) {

    /** At all times, and not rescaled. */
    public Guidance(double scale, int nullLabel) {
        this(scale, nullLabel, GuidanceInterval.ALWAYS, 0);
    }

    public Guidance {
        Checks.notNull("interval", interval);
        if (!Double.isFinite(scale) || scale < 0) {
            throw new IllegalArgumentException("guidance scale is " + scale + ", must be finite and at least 0");
        }
        if (nullLabel < 0) {
            throw new IllegalArgumentException("null label is " + nullLabel + ", must be at least 0");
        }
        if (!(rescale >= 0 && rescale <= 1)) {
            throw new IllegalArgumentException("rescale is " + rescale + ", must be in [0, 1]");
        }
    }

    /**
     * Guides the prediction of x₀ of a sample, in place.
     *
     * @param f f(x, t, c), with the sample at [from, from + size); f̃ afterwards
     * @param without f(x, t, ∅), likewise
     * @param w the scale, where it is not that of all samples
     */
    public void guide(float[] f, float[] without, double w, double t, int from, int size) {
        Checks.notNull("f", f);
        Checks.notNull("without", without);
        double scale = interval.scale(w, t);
        double before = rescale == 0 ? 0 : deviation(f, from, size);
        for (int i = from; i < from + size; i++) {
            f[i] = (float) (without[i] + scale * (f[i] - without[i]));
        }
        double after = rescale == 0 ? 0 : deviation(f, from, size);
        if (after > 0) {
            double factor = rescale * before / after + 1 - rescale;
            for (int i = from; i < from + size; i++) {
                f[i] *= (float) factor;
            }
        }
    }

    private static double deviation(float[] values, int from, int size) {
        double sum = 0;
        for (int i = from; i < from + size; i++) {
            sum += values[i];
        }
        double squares = 0;
        for (int i = from; i < from + size; i++) {
            squares += (values[i] - sum / size) * (values[i] - sum / size);
        }
        return Math.sqrt(squares / size);
    }
}
