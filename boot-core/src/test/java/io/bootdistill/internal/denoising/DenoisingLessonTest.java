package io.bootdistill.internal.denoising;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.SyntheticImages;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.Slice;
import io.bootdistill.diffusion.DiscreteSchedule;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.diffusion.InMemoryImages;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.format.BetaSchedule;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.sampling.Samples;
import io.bootdistill.internal.training.Crew;
import io.bootdistill.internal.training.Trainer;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.Stream;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Plan;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a step of denoising training draws, and what its numbers mean. */
@Tag("fast")
class DenoisingLessonTest {

    private static final int BATCH = 60;
    private static final int NULL = 3;
    private static final int SIZE = SyntheticImages.SHAPE.size();

    private final Device device = Devices.named("reference");
    private final NoiseSchedule schedule = new DiscreteSchedule(new double[] {0.99, 0.9, 0.6, 0.2, 0});
    private final ImageSource images = SyntheticImages.labelled(30, 1);
    private final float[] planes = new float[BATCH * SIZE];

    private static TeacherTrainingConfig.Builder config() {
        return TeacherTrainingConfig.builder().batch(BATCH).block(7).images(BATCH * 1000L).seed(5).nullLabel(NULL)
                .nullProbability(0.2);
    }

    private DenoisingDraws draws(TeacherTrainingConfig config) {
        return draws(config, schedule);
    }

    /** In memory of a device that frees it by itself. */
    private DenoisingDraws draws(TeacherTrainingConfig config, NoiseSchedule levels) {
        DenoisingDraws draws =
                new DenoisingDraws(config, levels, Prediction.V, images, new ConditionShape.Label(NULL + 1), null);
        draws.table.open(device);
        return draws;
    }

    /** The image of a row, by its values. */
    private int image(int row) {
        float[] values = new float[SIZE];
        for (int image = 0; image < images.count(); image++) {
            images.read(image, values, 0);
            if (Arrays.equals(values, 0, SIZE, planes, row * SIZE, (row + 1) * SIZE)) {
                return image;
            }
        }
        throw new AssertionError("row " + row + " is no image");
    }

    @Test
    void timesCoverTheScheduleEvenly() {
        DenoisingDraws draws = draws(config().build());
        for (int step : new int[] {0, 1, 999}) {
            draws.draw(step, planes);
            for (int row = 0; row < BATCH; row++) {
                // λ is infinite at the last index, 4: the times end at index 3
                double share = draws.networkTime.get(row) / 3 * BATCH;
                assertTrue(share >= row && share <= row + 1, "step " + step + " row " + row + ": " + share);
            }
        }
    }

    @Test
    void imagesAndNullLabelsAreDrawnAtRandom() {
        DenoisingDraws draws = draws(config().build());
        int[] count = new int[images.count()];
        int dropped = 0;
        int steps = 200;
        for (int step = 0; step < steps; step++) {
            draws.draw(step, planes);
            for (int row = 0; row < BATCH; row++) {
                float label = draws.condition.get(row);
                count[image(row)]++;
                dropped += label == NULL ? 1 : 0;
                assertTrue(label == NULL || label == images.label(image(row)));
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
        DenoisingDraws one = draws(config().build());
        DenoisingDraws other = draws(config().block(60).workers(1).build());
        one.draw(3, planes);
        one.draw(4, planes);
        float[] found = planes.clone();
        other.draw(4, planes);
        assertArrayEquals(planes, found);
        assertArrayEquals(one.table.values(), other.table.values());
        other.draw(5, planes);
        assertNotEquals(one.table.values()[one.seeds.at(0)], other.table.values()[other.seeds.at(0)]);
        DenoisingDraws seeded = draws(config().seed(6).build());
        seeded.draw(4, planes);
        assertNotEquals(one.table.values()[one.seeds.at(0)], seeded.table.values()[seeded.seeds.at(0)]);
    }

    @Test
    void withoutNullLabelEveryImageKeepsItsOwn() {
        DenoisingDraws draws = draws(config().nullLabel(-1).nullProbability(1).build());
        draws.draw(0, planes);
        for (int row = 0; row < BATCH; row++) {
            assertEquals(images.label(image(row)), draws.condition.get(row));
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

    /** Every block of a step: the loss, and the gradient of the weights, as by its definition from the drawn numbers. */
    @ParameterizedTest
    @EnumSource(PredictionType.class)
    void lessonIsTheDenoisingLoss(PredictionType type) {
        TeacherTrainingConfig config = config().lanes(1).build();
        SchedulerConfig scheduler = SchedulerConfig.of(BetaSchedule.LINEAR, type);
        NoiseSchedule levels = new DiscreteSchedule(scheduler.alphasCumprod());
        DenoisingSetup setup = new DenoisingSetup(
                new UNet(UNetConfig.of(SyntheticImages.SHAPE, List.of(8, 8), 1, NULL + 1)), scheduler, device, images, config);
        DenoisingDraws draws = draws(config, levels);
        draws.draw(2, planes);
        try (TrainingState state = setup.newState();
                Trainer trainer = setup.newTrainer(state);
                Crew crew = new Crew(state.student, SyntheticImages.SHAPE, BATCH, 7, 1, 1, null, null);
                Gradients found = new Gradients(state.student);
                Gradients expected = new Gradients(state.student)) {
            Lesson lesson = trainer.assigned().get(0).lesson();
            Kernels kernels = crew.workers().get(0).kernels();
            lesson.draw(2, kernels);
            assertEquals(9, lesson.blocks());
            double loss = 0;
            for (int block = 0; block < 9; block++) {
                lesson.learn(crew.workers().get(0), block, found, block > 0);
                loss += learn(crew.workers().get(0), draws, levels, type, block * 7, block == 8 ? 4 : 7, expected);
            }
            assertEquals(loss / BATCH, lesson.losses(kernels).total(), 1e-5 * loss / BATCH);
            float[] gradient = download(kernels, found.flat());
            float[] reference = download(kernels, expected.flat());
            double size = 0;
            for (float value : reference) {
                size = Math.max(size, Math.abs(value));
            }
            assertTrue(size > 1e-3, "a gradient of " + size);
            assertArrayEquals(reference, gradient, (float) (1e-5 * size));
        }
    }

    private static float[] download(Kernels kernels, Slice slice) {
        float[] values = new float[(int) slice.length()];
        kernels.download(slice, values, 0);
        return values;
    }

    /** The sum of the losses of n rows from a first one on, and their gradient in a lane: x and dF are made on the host. */
    private double learn(
            Worker worker, DenoisingDraws draws, NoiseSchedule levels, PredictionType type, int first, int n, Gradients lane) {
        float[] x = new float[n * SIZE];
        double[] target = new double[n * SIZE];
        float[] times = new float[n];
        float[] labels = new float[n];
        for (int i = 0; i < n; i++) {
            int row = first + i;
            double u = (row + Stream.DENOISING_TIME.uniform(5, 2 * BATCH + row)) / BATCH;
            double t = levels.tMin() + u * (levels.tMax() - levels.tMin());
            times[i] = (float) levels.networkTime(t);
            labels[i] = draws.condition.get(row);
            double alpha = levels.alpha(t);
            double sigma = levels.sigma(t);
            float[] noise = Samples.noise(SyntheticImages.SHAPE, new long[] {seed(draws, row)});
            for (int j = 0; j < SIZE; j++) {
                double x0 = planes[row * SIZE + j];
                x[i * SIZE + j] = (float) (alpha * x0 + sigma * noise[j]);
                target[i * SIZE + j] = switch (type) {
                    case EPSILON -> noise[j];
                    case V_PREDICTION -> alpha * noise[j] - sigma * x0;
                    case SAMPLE -> x0;
                };
            }
        }
        Kernels kernels = worker.kernels();
        Plan network = worker.student();
        kernels.upload(x, 0, network.x().data().slice(0, x.length));
        kernels.upload(times, 0, network.scalar(ScalarInputs.TIME).data().slice(0, n));
        kernels.upload(labels, 0, network.condition().data().slice(0, n));
        network.forward(kernels, n);
        float[] output = download(kernels, network.y().data().slice(0, x.length));
        double loss = 0;
        for (int i = 0; i < output.length; i++) {
            double error = output[i] - target[i];
            loss += error * error / SIZE;
            output[i] = (float) (2 * error / SIZE / BATCH);
        }
        kernels.upload(output, 0, network.dy().data().slice(0, x.length));
        network.backward(kernels, n, lane, first > 0);
        return loss;
    }

    /** As the device reads it. */
    private static long seed(DenoisingDraws draws, int row) {
        long bits = 0;
        for (int i = 0; i < Philox.SEED_FLOATS; i++) {
            bits |= (long) draws.table.values()[draws.seeds.at(row) + i] << 16 * i;
        }
        return bits;
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
