package io.bootdistill.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.Fixtures;
import io.bootdistill.device.Philox;
import io.bootdistill.format.BetaSchedule;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.network.ConditionShape.Part;
import io.bootdistill.network.ConditionShape.Parts;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.UNet;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Smaller pictures as conditions: as the stock pipeline makes them, one for a sample, and what a redrawn noise would cost. */
@Tag("fast")
class NoiseConditioningTest {

    private static final double[] COSINE =
            SchedulerConfig.of(BetaSchedule.SQUAREDCOS_CAP_V2, PredictionType.EPSILON).alphasCumprod();

    /** z = α g + σ η is asked for with an η of our own, so the stock one's is taken out of its noised picture. */
    @Test
    void areThoseOfTheStockPipeline() {
        ImageShape small = new ImageShape(3, 5, 4);
        ImageShape large = new ImageShape(3, 11, 8);
        try (SafetensorsFile file = SafetensorsFile.open(Fixtures.file("cascade/noised.safetensors"))) {
            float[] low = file.floats("low");
            float[] stock = file.floats("noised");
            float[] noise = file.floats("noise");
            float[] levels = file.floats("levels");
            NoiseConditioning conditioning = new NoiseConditioning(COSINE, large);
            for (int image = 0; image < 2; image++) {
                float[] z = new float[large.size()];
                conditioning.write(low, image * small.size(), small, (int) levels[image], 9, z, 0);
                double sigma = Math.sqrt(1 - COSINE[(int) levels[image]]);
                for (int channel = 0; channel < 3; channel++) {
                    for (int pixel = 0; pixel < large.pixels(); pixel++) {
                        int plane = channel * large.pixels() + pixel;
                        double eta = Philox.normal(9, NoiseConditioning.DRAW, plane);
                        double expected = stock[image * large.size() + plane]
                                + sigma * (eta - noise[image * large.size() + plane]);
                        assertEquals(expected, z[pixel * 3 + channel], 2e-6, "image " + image + ", value " + plane);
                    }
                }
            }
        }
        assertEquals(0.9197, Math.sqrt(COSINE[250]), 5e-5);
        assertEquals(0.3926, Math.sqrt(1 - COSINE[250]), 5e-5);
    }

    /** A linear student of a target with an η of its own answers to z with α²v/(α²v + σ²) instead of 1. */
    @ParameterizedTest
    @CsvSource({"1, 0.8459", "0.25, 0.5784"})
    void redrawnNoiseShrinksTheResponse(double variance, double expected) {
        ImageShape shape = new ImageShape(1, 1, 1);
        NoiseConditioning conditioning = new NoiseConditioning(COSINE, shape);
        int n = 400_000;
        float[] same = new float[1];
        float[] redrawn = new float[1];
        double squares = 0;
        double products = 0;
        for (int i = 0; i < n; i++) {
            float[] g = {(float) (Math.sqrt(variance) * Philox.normal(1, 0, i))};
            conditioning.write(g, 0, shape, 250, Philox.seed(2, 0, i), same, 0);
            conditioning.write(g, 0, shape, 250, Philox.seed(2, 1, i), redrawn, 0);
            squares += same[0] * same[0];
            products += same[0] * redrawn[0];
        }
        double alpha2 = COSINE[250];
        assertEquals(expected, alpha2 * variance / (alpha2 * variance + 1 - alpha2), 5e-5);
        assertEquals(expected, products / squares, 4 / Math.sqrt(n));
    }

    private static final Parts SHAPE = new Parts(List.of(new Part(UNet.CLASS, new ConditionShape.Vector(1)),
            new Part(UNet.IMAGE, new ConditionShape.Image(new ImageShape(1, 4, 4)))));

    private static SmallerImages images(int count, int levels) {
        ImageShape shape = new ImageShape(1, 2, 2);
        float[] values = new float[count * 4];
        for (int i = 0; i < values.length; i++) {
            values[i] = i / 4 / 8f; // sums of which are exact
        }
        double[] alphas = new double[levels];
        Arrays.fill(alphas, 1); // z is g itself
        return new SmallerImages(
                InMemoryImages.of(shape, values, null), new NoiseConditioning(alphas, new ImageShape(1, 4, 4)), SHAPE);
    }

    @Test
    void everyPictureAndLevelIsDrawn() {
        SmallerImages source = images(5, 1000);
        Set<Float> pictures = new TreeSet<>();
        Set<Float> levels = new TreeSet<>();
        float[] row = new float[20];
        for (int i = 0; i < 5_000; i++) {
            source.draw(Philox.seed(3, 0, i), row, 2);
            assertEquals(0, row[1]);
            levels.add(row[2]);
            pictures.add(row[3]);
            for (int k = 4; k < 19; k++) {
                assertEquals(row[3], row[k], "each of its pixels is the picture's");
            }
            assertEquals(0, row[19]);
        }
        assertEquals(Set.of(0f, 0.125f, 0.25f, 0.375f, 0.5f), pictures);
        assertEquals(401, levels.size(), "levels 0 … 400: of 5,000, one is missed with 401·(400/401)^5000 = 0.2 %");
        assertTrue(levels.contains(0f) && levels.contains(400f));
    }

    @Test
    void fewLevelsAreAllDrawn() {
        SmallerImages source = images(2, 10);
        Set<Float> levels = new TreeSet<>();
        float[] row = new float[17];
        for (int i = 0; i < 300; i++) {
            source.draw(i, row, 0);
            levels.add(row[0]);
        }
        assertEquals(10, levels.size());
    }

    @Test
    void meansOfSquaresAreSmallerImages() {
        ImageShape large = new ImageShape(2, 4, 6);
        float[] values = new float[2 * large.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        MeanImages means = new MeanImages(InMemoryImages.of(large, values, new int[] {3, 4}), new ImageShape(2, 2, 3));
        float[] read = new float[14];
        means.read(1, read, 1);
        for (int channel = 0; channel < 2; channel++) {
            for (int pixel = 0; pixel < 6; pixel++) {
                int corner = 48 + channel * 24 + pixel / 3 * 12 + pixel % 3 * 2;
                assertEquals((4 * corner + 1 + 6 + 7) / 4f, read[1 + channel * 6 + pixel]);
            }
        }
        assertEquals(4, means.label(1));
        assertEquals(2, means.count());
    }

    @Test
    void refusals() {
        ImageShape small = new ImageShape(1, 2, 2);
        refused("2×3×3", () -> NoiseConditioning.requireFitting(new ImageShape(2, 3, 3), new ImageShape(1, 4, 4)));
        refused("at most 1×4×4", () -> NoiseConditioning.requireFitting(new ImageShape(1, 5, 4), new ImageShape(1, 4, 4)));
        refused("noise level is 1000, must be 0 … 999", () -> new NoiseConditioning(COSINE, new ImageShape(1, 4, 4)).write(
                new float[4], 0, small, 1000, 0, new float[16], 0));
        refused("divided by a whole number", () -> new MeanImages(
                InMemoryImages.of(new ImageShape(1, 4, 4), new float[16], null), new ImageShape(1, 3, 4)));
        refused("divided by a whole number", () -> new MeanImages(
                InMemoryImages.of(new ImageShape(1, 4, 4), new float[16], null), new ImageShape(1, 8, 8)));
        refused("2×2×2, must be that of the images, 1×4×4", () -> new MeanImages(
                InMemoryImages.of(new ImageShape(1, 4, 4), new float[16], null), new ImageShape(2, 2, 2)));
        refused("alphasCumprod[1] is 1.5, must be in [0, 1]", () -> new NoiseConditioning(new double[] {1, 1.5}, small));
        refused("alphasCumprod[0] is NaN", () -> new NoiseConditioning(new double[] {Double.NaN}, small));
        refused("the shape of an image is 2×2×2", () -> new NoiseConditioning(COSINE, small).write(
                new float[8], 0, new ImageShape(2, 2, 2), 0, 0, new float[4], 0));
    }

    private static void refused(String part, Runnable call) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, call::run);
        assertTrue(refused.getMessage().contains(part), refused.getMessage());
    }
}
