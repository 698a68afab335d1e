package io.bootdistill.examples.ruler;

import io.bootdistill.HeldOut;
import io.bootdistill.metric.PairedError;
import java.util.Arrays;

/** Samples of held-out noise, clamped to [−1, 1]: the labels in turn, as a run has them on the same noises. */
public final class HeldOutSamples {

    /** Samples that are asked for at a time: seconds of a teacher's time. */
    private static final int PORTION = 250;

    private HeldOutSamples() {}

    /** Makes images of seeds and labels: [seeds][channels][height][width]. */
    @FunctionalInterface
    public interface Generator {
        float[] sample(long[] seeds, int[] labels);
    }

    /** Follows the sampling. */
    @FunctionalInterface
    public interface Progress {
        void sampled(int done, int total);
    }

    /**
     * Samples a model in portions that are reported.
     *
     * @param labels that the noises take in turn; empty for none
     * @param count at least 1
     * @return [count][channels][height][width]
     */
    public static float[] of(Generator model, int[] labels, int count, Progress progress) {
        long[] seeds = HeldOut.seeds(count);
        float[] samples = null;
        for (int from = 0; from < count; from += PORTION) {
            int to = Math.min(count, from + PORTION);
            float[] portion = model.sample(Arrays.copyOfRange(seeds, from, to), labels(labels, from, to));
            int size = portion.length / (to - from);
            samples = samples == null ? new float[count * size] : samples;
            System.arraycopy(PairedError.clamp(portion), 0, samples, from * size, portion.length);
            progress.sampled(to, count);
        }
        return samples;
    }

    /** The labels of the noises [from, to); null for a model without. */
    public static int[] labels(int[] labels, int from, int to) {
        if (labels.length == 0) {
            return null;
        }
        int[] chosen = new int[to - from];
        Arrays.setAll(chosen, i -> labels[(from + i) % labels.length]);
        return chosen;
    }
}
