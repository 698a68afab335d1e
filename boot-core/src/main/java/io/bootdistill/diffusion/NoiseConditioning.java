package io.bootdistill.diffusion;

import io.bootdistill.device.Philox;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.ImageShape;

/**
 * A smaller picture as the condition of the larger one that is drawn of it: brought to that one's size, g, and noised to a level ℓ,
 * z = α_ℓ g + σ_ℓ η (Ho et al. 2022, arXiv 2106.15282, §3: conditioning augmentation). The picture, η and ℓ are the sample's: they
 * are the same at all times of its way from noise to image. Immutable.
 */
public final class NoiseConditioning {

    /** The draw of a seed for η: an image's own noise is 0, that of steps follows it. */
    public static final int DRAW = 1 << 20;

    private final double[] alphasCumprod;
    private final ImageShape large;

    /**
     * @param alphasCumprod α² of each level, in [0, 1]
     * @param large the shape of the picture that is drawn
     */
    public NoiseConditioning(double[] alphasCumprod, ImageShape large) {
        Checks.notNull("alphasCumprod", alphasCumprod);
        for (int i = 0; i < alphasCumprod.length; i++) {
            Checks.that(alphasCumprod[i] >= 0 && alphasCumprod[i] <= 1, "alphasCumprod[" + i + "]", alphasCumprod[i], "in [0, 1]");
        }
        this.alphasCumprod = alphasCumprod.clone();
        this.large = Checks.notNull("large", large);
    }

    /** Refuses pictures that cannot be enlarged to the given shape. */
    public static void requireFitting(ImageShape small, ImageShape large) {
        Checks.notNull("small", small);
        Checks.notNull("large", large);
        Checks.that(small.channels() == large.channels() && small.height() <= large.height() && small.width() <= large.width(),
                "the shape of an image", small, "at most " + large + ", that of what is drawn of them");
    }

    /** The noisiest level. */
    public int mostLevel() {
        return alphasCumprod.length - 1;
    }

    /** The shape of the picture that is drawn, and of z. */
    public ImageShape large() {
        return large;
    }

    /**
     * Writes z, [pixel][channel], at [at, at + {@link #large}'s size).
     *
     * @param plane holds the smaller picture, [channel][height][width], from an index on
     * @param small its shape: of as many channels, no larger
     * @param level 0 … {@link #mostLevel}
     * @param seed of η
     */
    public void write(float[] plane, int from, ImageShape small, int level, long seed, float[] target, int at) {
        Checks.notNull("plane", plane);
        Checks.notNull("target", target);
        requireFitting(small, large);
        Checks.range("noise level", level, 0, mostLevel());
        float alpha = (float) Math.sqrt(alphasCumprod[level]);
        float sigma = (float) Math.sqrt(1 - alphasCumprod[level]);
        for (int channel = 0; channel < large.channels(); channel++) {
            for (int row = 0; row < large.height(); row++) {
                for (int column = 0; column < large.width(); column++) {
                    float g = sample(plane, from + channel * small.pixels(), small, row, column);
                    int pixel = row * large.width() + column;
                    float noise = Philox.normal(seed, DRAW, (long) channel * large.pixels() + pixel);
                    target[at + pixel * large.channels() + channel] = alpha * g + sigma * noise;
                }
            }
        }
    }

    /** Bilinear, the corners on each other; rounded as the stock pipeline does it. */
    private float sample(float[] plane, int from, ImageShape small, int row, int column) {
        float y = place(row, small.height(), large.height());
        float x = place(column, small.width(), large.width());
        int top = (int) y;
        int left = (int) x;
        int below = Math.min(top + 1, small.height() - 1) * small.width();
        int right = Math.min(left + 1, small.width() - 1);
        float v = y - top;
        float u = x - left;
        int above = top * small.width();
        return (1 - v) * ((1 - u) * plane[from + above + left] + u * plane[from + above + right])
                + v * ((1 - u) * plane[from + below + left] + u * plane[from + below + right]);
    }

    private static float place(int index, int small, int large) {
        return large == 1 ? 0 : Math.min(index * ((float) (small - 1) / (large - 1)), small - 1);
    }
}
