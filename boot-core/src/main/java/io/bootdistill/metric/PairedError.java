package io.bootdistill.metric;

import java.util.Objects;

/** Distances between two sets of samples that were made from the same noise. */
public final class PairedError {

    private PairedError() {}

    /** A copy with every value limited to [−1, 1], as images are before they are shown or compared. */
    public static float[] clamp(float[] samples) {
        float[] clamped = new float[Objects.requireNonNull(samples, "samples is missing").length];
        for (int i = 0; i < clamped.length; i++) {
            clamped[i] = Math.max(-1, Math.min(1, samples[i]));
        }
        return clamped;
    }

    /**
     * Root of the mean over all values of (a − b)².
     *
     * @throws IllegalArgumentException if the lengths differ or are 0
     */
    public static double rmse(float[] a, float[] b) {
        Objects.requireNonNull(a, "a is missing");
        Objects.requireNonNull(b, "b is missing");
        if (a.length != b.length || a.length == 0) {
            throw new IllegalArgumentException("lengths are " + a.length + " and " + b.length + ", must be equal and not 0");
        }
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = (double) a[i] - b[i];
            sum += difference * difference;
        }
        return Math.sqrt(sum / a.length);
    }

    /**
     * Peak signal-to-noise ratio in decibels, 20 log₁₀(2/RMSE): the values of an image span 2.
     *
     * @return infinite for equal samples
     * @throws IllegalArgumentException if the lengths differ or are 0
     */
    public static double psnr(float[] a, float[] b) {
        return 20 * Math.log10(2 / rmse(a, b));
    }
}
