package io.bootdistill.examples.ruler;

import io.bootdistill.metric.Diversity;
import io.bootdistill.metric.PairedError;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;

/**
 * What was measured against the reference sampler on the same noises, without data.
 *
 * @param rmse root-mean-square difference
 * @param psnr in dB
 * @param leastDiversity the diversity ratio of the class where it is least; NaN where no class has two samples
 * @param mostDiversity of the class where it is greatest
 */
public record PairedFigures(double rmse, double psnr, double leastDiversity, double mostDiversity) {

    /**
     * Measures samples.
     *
     * @param samples at least as many as the reference's; clamped
     * @param reference of the first noises; clamped
     * @param count samples of the reference
     * @param classes that the samples take in turn, 0 for none
     */
    public static PairedFigures of(float[] samples, float[] reference, int count, int classes) {
        float[] paired = Arrays.copyOf(samples, reference.length);
        float[] labels = new float[count];
        for (int i = 0; i < count && classes > 0; i++) {
            labels[i] = i % classes;
        }
        Collection<Double> diversity = Diversity.perClass(paired, reference, labels).values();
        return new PairedFigures(
                PairedError.rmse(paired, reference), PairedError.psnr(paired, reference),
                diversity.isEmpty() ? Double.NaN : Collections.min(diversity),
                diversity.isEmpty() ? Double.NaN : Collections.max(diversity));
    }

    /** Without what compares one by one, of samples that are no function of the noise alone. */
    public PairedFigures unpaired() {
        return new PairedFigures(Double.NaN, Double.NaN, leastDiversity, mostDiversity);
    }
}
