package io.bootdistill.internal.sampling;

import java.util.Arrays;

/**
 * Dynamic thresholding of a prediction of x₀ (Saharia et al. 2022, arXiv 2205.11487, §2.3), as the format has it: s is the
 * quantile of |f| over a sample, limited to [1, most]; f is clamped to ±s and divided by s.
 *
 * @param ratio of the quantile, in [0, 1]; linear between two values
 * @param most largest s; below 1 it is s
 */
public record DynamicThreshold(double ratio, double most) {

    /**
     * Limits a sample in place.
     *
     * @param scratch at least as long as a sample, overwritten
     */
    void limit(float[] f, int from, int size, float[] scratch) {
        for (int i = 0; i < size; i++) {
            scratch[i] = Math.abs(f[from + i]);
        }
        Arrays.sort(scratch, 0, size);
        double place = ratio * (size - 1);
        int below = (int) place;
        double quantile = scratch[below] + (place - below) * (scratch[Math.min(below + 1, size - 1)] - scratch[below]);
        float s = (float) Math.min(Math.max(quantile, 1), most);
        for (int i = from; i < from + size; i++) {
            f[i] = Math.max(-s, Math.min(s, f[i])) / s;
        }
    }
}
