package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.GuidanceInterval;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.internal.sampling.Samples;
import io.bootdistill.metric.PairedError;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The guided reference sampler against DDIM by hand, in float64: in an interval of times, and rescaled. */
@Tag("fast")
class SamplerGuidanceTest {

    private static final long[] SEEDS = {1, 2, 3, 4, 5};
    private static final int[] LABELS = {0, 1, 2, 0, 3};
    private static final int STEPS = 10;

    /** Each step rounds states and predictions of at most 4 a few times. */
    private static final double TOLERANCE = STEPS * 8 * Math.ulp(4f);

    private final NoiseSchedule schedule = MixtureTeacher.cosine();
    private final MixtureTeacher teacher = new MixtureTeacher(schedule, MixtureTeacher.ring(3, 1.0), 0.4, true);

    private double[] predicted(double[] x, double t, int label) {
        float[] f = new float[2];
        teacher.predict(1, new float[] {(float) x[0], (float) x[1]}, new double[] {t}, new float[] {label}, f);
        return new double[] {f[0], f[1]};
    }

    /** f̃; over two values a and b, the deviation is |a − b|/2. */
    private double[] guided(double[] x, double t, int label, Guidance guidance) {
        double[] told = predicted(x, t, label);
        double[] none = predicted(x, t, guidance.nullLabel());
        boolean isInside = guidance.interval().least() <= t && t <= guidance.interval().most();
        double[] f = new double[2];
        for (int d = 0; d < 2; d++) {
            f[d] = isInside ? none[d] + guidance.scale() * (told[d] - none[d]) : told[d];
        }
        double factor = guidance.rescale() * Math.abs(told[0] - told[1]) / Math.abs(f[0] - f[1]) + 1 - guidance.rescale();
        return new double[] {factor * f[0], factor * f[1]};
    }

    private double[] solved(double[] noise, int label, Guidance guidance) {
        double t = schedule.tMax();
        double[] y = guided(noise, t, label, guidance);
        double[] x = noise;
        for (int i = 1; i <= STEPS; i++) {
            double s = schedule.tMax() + (schedule.tMin() - schedule.tMax()) * i / STEPS;
            double[] f = guided(x, t, label, guidance);
            double c = 1 - schedule.sigma(s) / schedule.alpha(s) * schedule.alpha(t) / schedule.sigma(t);
            x = new double[2];
            for (int d = 0; d < 2; d++) {
                y[d] += c * (f[d] - y[d]);
                x[d] = schedule.alpha(s) * y[d] + schedule.sigma(s) * noise[d];
            }
            t = s;
        }
        return guided(x, t, label, guidance);
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 0", "0.15, 0.65, 0", "0.15, 0.65, 0.7", "0, 1, 1", "0.65, 0.65, 0"})
    void isDdimByHand(double least, double most, double rescale) {
        Guidance guidance = new Guidance(2.5, 3, new GuidanceInterval(least, most), rescale);
        float[] noise = Samples.noise(teacher.shape(), SEEDS);
        float[] found = Sampler.reference(teacher, STEPS).withGuidance(guidance).sample(SEEDS, LABELS);
        for (int i = 0; i < SEEDS.length; i++) {
            double[] expected = solved(new double[] {noise[2 * i], noise[2 * i + 1]}, LABELS[i], guidance);
            for (int d = 0; d < 2; d++) {
                assertEquals(expected[d], found[2 * i + d], TOLERANCE, "sample " + i);
            }
        }
    }

    /** So the cases above are different ones. */
    @Test
    void intervalAndRescaleMatter() {
        Sampler sampler = Sampler.reference(teacher, STEPS);
        float[] plain = sampler.withGuidance(new Guidance(2.5, 3)).sample(SEEDS, LABELS);
        float[] inside = sampler.withGuidance(
                new Guidance(2.5, 3, new GuidanceInterval(0.15, 0.65), 0)).sample(SEEDS, LABELS);
        float[] rescaled = sampler.withGuidance(new Guidance(2.5, 3, GuidanceInterval.ALWAYS, 0.7)).sample(SEEDS, LABELS);
        assertTrue(PairedError.rmse(plain, inside) > 100 * TOLERANCE);
        assertTrue(PairedError.rmse(plain, rescaled) > 100 * TOLERANCE);
    }
}
