package io.bootdistill.internal.distillation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.SyntheticImages;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.DiscreteSchedule;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.diffusion.InMemoryImages;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.internal.denoising.DenoisingBatch;
import io.bootdistill.internal.denoising.DenoisingWorker;
import io.bootdistill.internal.sampling.Samples;
import io.bootdistill.network.ImageShape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a step of denoising training draws, and what its numbers mean. */
class DenoisingBatchTest {

    private static final int BATCH = 60;
    private static final int NULL = 3;

    private final NoiseSchedule schedule = new DiscreteSchedule(new double[] {0.99, 0.9, 0.6, 0.2, 0});
    private final ImageSource images = SyntheticImages.labelled(30, 1);

    private static TeacherTrainingConfig.Builder config() {
        return TeacherTrainingConfig.builder().batch(BATCH).block(7).images(BATCH * 1000L).seed(5).nullLabel(NULL)
                .nullProbability(0.2);
    }

    private DenoisingBatch batch(TeacherTrainingConfig config) {
        return new DenoisingBatch(config, schedule, Prediction.V, images, true);
    }

    @Test
    void timesCoverTheScheduleEvenly() {
        DenoisingBatch batch = batch(config().build());
        for (int step : new int[] {0, 1, 999}) {
            batch.draw(step);
            for (int row = 0; row < BATCH; row++) {
                // λ is infinite at the last index, 4: the times end at index 3
                double share = batch.networkTime[row] / 3 * BATCH;
                assertTrue(share >= row && share <= row + 1, "step " + step + " row " + row + ": " + share);
            }
        }
    }

    @Test
    void imagesAndNullLabelsAreDrawnAtRandom() {
        DenoisingBatch batch = batch(config().build());
        int[] count = new int[images.count()];
        int dropped = 0;
        int steps = 200;
        for (int step = 0; step < steps; step++) {
            batch.draw(step);
            for (int row = 0; row < BATCH; row++) {
                count[batch.image[row]]++;
                dropped += batch.condition[row] == NULL ? 1 : 0;
                assertTrue(batch.condition[row] == NULL || batch.condition[row] == images.label(batch.image[row]));
            }
        }
        int drawn = steps * BATCH;
        assertDrawn(0.2, drawn, dropped);
        for (int image = 0; image < count.length; image++) {
            assertDrawn(1.0 / count.length, drawn, count[image]);
        }
    }

    /** Within five standard deviations of a binomial. */
    private static void assertDrawn(double probability, int drawn, int found) {
        assertEquals(probability * drawn, found, 5 * Math.sqrt(drawn * probability * (1 - probability)));
    }

    @Test
    void stepIsAFunctionOfSeedAndNumber() {
        DenoisingBatch one = batch(config().build());
        DenoisingBatch other = batch(config().block(60).workers(1).build());
        one.draw(3);
        one.draw(4);
        other.draw(4);
        for (int row = 0; row < BATCH; row++) {
            assertEquals(one.image[row], other.image[row]);
            assertEquals(one.networkTime[row], other.networkTime[row]);
            assertEquals(one.condition[row], other.condition[row]);
        }
        int seeds = BATCH * Philox.SEED_FLOATS;
        assertArrayEquals(Arrays.copyOf(one.seeds, seeds), Arrays.copyOf(other.seeds, seeds));
        int numbers = BATCH * SignalCoefficients.COUNT;
        assertArrayEquals(Arrays.copyOf(one.coefficients, numbers), Arrays.copyOf(other.coefficients, numbers));
        other.draw(5);
        assertNotEquals(one.seeds[0], other.seeds[0]);
        DenoisingBatch seeded = batch(config().seed(6).build());
        seeded.draw(4);
        assertNotEquals(one.seeds[0], seeded.seeds[0]);
    }

    @Test
    void withoutNullLabelEveryImageKeepsItsOwn() {
        DenoisingBatch batch = batch(config().nullLabel(-1).nullProbability(1).build());
        batch.draw(0);
        for (int row = 0; row < BATCH; row++) {
            assertEquals(images.label(batch.image[row]), batch.condition[row]);
        }
    }

    /** The output that is right gives back the image: f(x_t, o) = x₀. */
    @ParameterizedTest
    @EnumSource(Prediction.class)
    void rightOutputPredictsTheImage(Prediction prediction) {
        NoiseSchedule levels = prediction == Prediction.FLOW ? new FlowSchedule() : schedule;
        for (double t : new double[] {0.1, 0.3, 0.5, 0.7}) {
            double alpha = levels.alpha(t);
            double sigma = levels.sigma(t);
            double image = 0.3;
            double noise = -1.7;
            double o = prediction.noiseShare(alpha) * noise + prediction.imageShare(sigma) * image;
            double x = alpha * image + sigma * noise;
            assertEquals(image, prediction.stateFactor(alpha, sigma) * x + prediction.outputFactor(alpha, sigma) * o, 1e-12);
        }
    }

    /** The kernels of distillation make x_t, the target and the loss of denoising from a row of the batch. */
    @ParameterizedTest
    @EnumSource(value = Prediction.class, names = {"EPSILON", "V", "SAMPLE"})
    void kernelsComputeTheDenoisingLoss(Prediction prediction) {
        DenoisingBatch batch = new DenoisingBatch(config().build(), schedule, prediction, images, true);
        batch.draw(0);
        int row = 41;
        int size = SyntheticImages.SHAPE.size();
        float[] x0 = new float[size];
        images.read(batch.image[row], x0, 0);
        double t = batch.networkTime[row] / 4.0;
        double alpha = schedule.alpha(t);
        double sigma = schedule.sigma(t);
        float[] seed = Arrays.copyOfRange(batch.seeds, row * Philox.SEED_FLOATS, (row + 1) * Philox.SEED_FLOATS);
        long seedBits = 0;
        for (int i = 0; i < seed.length; i++) {
            seedBits |= (long) seed[i] << 16 * i;
        }
        float[] noise = Samples.noise(SyntheticImages.SHAPE, new long[] {seedBits});
        float[] output = Samples.noise(SyntheticImages.SHAPE, new long[] {77});
        double loss = 0;
        double[] x = new double[size];
        double[] gradient = new double[size];
        for (int i = 0; i < size; i++) {
            x[i] = alpha * x0[i] + sigma * noise[i];
            double target = switch (prediction) {
                case EPSILON -> noise[i];
                case V -> alpha * noise[i] - sigma * x0[i];
                default -> x0[i];
            };
            loss += Math.pow(output[i] - target, 2) / size;
            gradient[i] = 2 * (output[i] - target) / size / BATCH;
        }
        Device device = Devices.named("reference");
        try (Kernels kernels = device.openKernels();
                DeviceMemory memory = device.allocate(6L * size);
                DeviceMemory seeds = device.allocate(seed.length);
                DeviceMemory numbers = device.allocate(SignalCoefficients.COUNT + 1)) {
            Tensor[] tensors = new Tensor[6];
            for (int i = 0; i < 6; i++) {
                tensors[i] = Tensor.of(memory.slice((long) i * size, size), 1);
            }
            kernels.upload(x0, 0, tensors[0].data());
            kernels.upload(output, 0, tensors[1].data());
            kernels.upload(batch.coefficients, row * SignalCoefficients.COUNT, numbers.slice(0, SignalCoefficients.COUNT));
            kernels.upload(seed, 0, seeds.slice());
            kernels.noise(1, size, seeds.slice(), 0, tensors[2]);
            DenoisingWorker.stateAndTarget(
                    kernels, 1, size, numbers.slice(0, SignalCoefficients.COUNT), tensors[2], tensors[0], tensors[3], tensors[4]);
            kernels.bootstrapLoss(1, size, numbers.slice(0, SignalCoefficients.COUNT), tensors[2], tensors[1], tensors[4],
                    null, tensors[5], numbers.slice(SignalCoefficients.COUNT, 1));
            float[] found = new float[size];
            kernels.download(tensors[3].data(), found, 0);
            assertClose(x, found, 4);
            kernels.download(tensors[5].data(), found, 0);
            assertClose(gradient, found, 10.0 / size / BATCH);
            kernels.download(numbers.slice(SignalCoefficients.COUNT, 1), found, 0);
            assertEquals(loss, found[0], 1e-5 * loss);
        }
    }

    /** Float32 coefficients and sums of three terms of at most {@code size}. */
    private static void assertClose(double[] expected, float[] found, double size) {
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], found[i], 4 * Math.ulp(1f) * size, "element " + i);
        }
    }

    @Test
    void bytesBecomeValuesFromMinusOneToOne() {
        ImageSource source = InMemoryImages.of(new ImageShape(1, 1, 3), new byte[] {0, 51, (byte) 255, 0, 0, 0}, null);
        float[] values = {9, 9, 9, 9, 9};
        source.read(0, values, 1);
        assertArrayEquals(new float[] {9, -1, -0.6f, 1, 9}, values, 1e-6f);
        assertEquals(2, source.count());
        assertEquals(-1, source.label(1));
    }
}
