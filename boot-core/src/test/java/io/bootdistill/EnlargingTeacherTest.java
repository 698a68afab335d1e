package io.bootdistill;

import static io.bootdistill.format.RawFiles.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.MeanImages;
import io.bootdistill.diffusion.NoiseConditioning;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.SmallerImages;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.metric.PairedError;
import io.bootdistill.network.BlockType;
import io.bootdistill.network.ClassEmbedType;
import io.bootdistill.network.ConditionShape.Parts;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import io.bootdistill.objective.Trajectories;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A closed-form teacher that enlarges 8×8 to 16×16: its images are normal around the smaller picture that it is given. What its
 * student is given with it, and that it learns from that.
 */
class EnlargingTeacherTest {

    private static final double VARIANCE = 0.01;
    private static final long[] SEEDS = LongStream.range(70, 110).toArray();

    private static final UNet NETWORK = new UNet(UNetConfig.builder().size(16, 16).channels(2, 1).blockOutChannels(List.of(8))
            .blocks(List.of(BlockType.PLAIN), List.of(BlockType.PLAIN)).layersPerBlock(1).norm(4, 1e-5f).attention(0, false)
            .classes(ClassEmbedType.TIMESTEP, 0).build()).enlarging(TinyStages.SMALL);

    private static final Parts SHAPE = (Parts) NETWORK.condition();

    private static final ConditionSource SOURCE = new SmallerImages(new MeanImages(TinyStages.images(50), TinyStages.SMALL),
            new NoiseConditioning(TinyStages.SCHEDULER.alphasCumprod(), TinyStages.LARGE), SHAPE);

    /** @param shift of the samples of a call: 1 gives each the picture of the next */
    private record Around(int shift, Map<List<Float>, Set<Double>> seen, NoiseSchedule schedule) implements Denoiser {

        Around(int shift) {
            this(shift, new HashMap<>(), new FlowSchedule());
        }

        @Override
        public ImageShape shape() {
            return TinyStages.LARGE;
        }

        @Override
        public ConditionShape condition() {
            return SHAPE;
        }

        @Override
        public void predict(int n, float[] x, double[] t, float[] condition, float[] f) {
            int floats = SHAPE.floats();
            int size = TinyStages.LARGE.size();
            int at = SHAPE.offset(UNet.IMAGE);
            for (int i = 0; i < n; i++) {
                double alpha = schedule.alpha(t[i]);
                double sigma = schedule.sigma(t[i]);
                double gain = alpha * VARIANCE / (alpha * alpha * VARIANCE + sigma * sigma);
                int picture = (i + shift) % n * floats + at;
                for (int k = 0; k < size; k++) {
                    double mean = condition[picture + k];
                    f[i * size + k] = (float) (mean + gain * (x[i * size + k] - alpha * mean));
                }
                synchronized (seen) { // the level and some pixels tell a sample's condition
                    List<Float> told = List.of(condition[i * floats + SHAPE.offset(UNet.CLASS)], condition[i * floats + at],
                            condition[i * floats + at + size - 1]);
                    seen.computeIfAbsent(told, key -> new TreeSet<>()).add(t[i]);
                }
            }
        }
    }

    private static DistillationConfig.Builder config(int steps) {
        return DistillationConfig.builder().batch(8).block(8).lanes(1).workers(1).images(8L * steps).seed(7).noCorrector()
                .objective(Trajectories.defaults().withSteps(3)).heldOut(0)
                .optimiser(OptimiserConfig.ofStudents().withRate(3e-3).withWarmupImages(80).withEmaHalfLife(100));
    }

    /** On its way from noise to image, a sample keeps picture, noise and level: they are seen at all times of the trajectory. */
    @Test
    @Tag("fast")
    void pictureAndLevelAreTheSameAtAllTimes() throws IOException {
        Around teacher = new Around(0);
        new BootDistiller(teacher, NETWORK, Devices.named("reference")).conditions(SOURCE).train(config(1).build()).close();
        Set<Double> times = new TreeSet<>();
        teacher.seen.values().forEach(times::addAll);
        assertTrue(times.size() >= 3, "times " + times);
        teacher.seen.forEach((told, at) -> assertEquals(times, at, "of " + told));
        assertEquals(0, teacher.seen.size() % 2, "whole trajectories");
        assertTrue(teacher.seen.size() <= 8, teacher.seen.size() + " conditions in a step of 8 samples");
    }

    @Test
    @Tag("fast")
    void networkOfAStudentIsNoTeacher() {
        assertMessage(assertThrows(IllegalArgumentException.class, () -> new TeacherTrainer(NETWORK.withScalar("w"),
                TinyStages.SCHEDULER, Devices.named("reference"))), "the scalars of the network is [t, w], must be [t]");
    }

    @Test
    @Tag("convergence")
    void studentOfShuffledPicturesFails() throws IOException {
        double own = error(new Around(0));
        double shuffled = error(new Around(1));
        assertTrue(own < 0.5 * shuffled, "RMSE " + own + ", with shuffled pictures " + shuffled);
    }

    /** Of a student's samples to what its teacher would make of the same pictures, were it not shuffled. */
    private static double error(Around teacher) throws IOException {
        float[] conditions = new float[SEEDS.length * SHAPE.floats()];
        for (int i = 0; i < SEEDS.length; i++) {
            SOURCE.draw(SEEDS[i], conditions, i * SHAPE.floats());
        }
        SampleRequest request = SampleRequest.ofSeeds(SEEDS).withConditions(conditions);
        float[] exact = Sampler.reference(new Around(0), 20).sample(request);
        try (Student student = new BootDistiller(teacher, NETWORK, Devices.named("reference")).conditions(SOURCE)
                .train(config(100).build())) {
            float[] drawn = student.sample(request);
            return PairedError.rmse(exact, Arrays.copyOf(drawn, drawn.length));
        }
    }
}
