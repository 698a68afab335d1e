package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.metric.PairedError;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.GraphBuilder;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Network;
import io.bootdistill.network.Value;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A teacher, a network and a source of conditions from outside, that are vectors: a Gaussian in the plane around each. */
@Tag("fast")
class VectorConditionTest {

    private static final int WIDTH = 32;
    private static final double VARIANCE = 0.09;
    private static final long[] SEEDS = LongStream.range(5_000_000, 5_000_200).toArray();

    /** Normal vectors. */
    private static final ConditionSource NORMAL = (seed, target, offset) -> {
        target[offset] = Philox.normal(seed, 0, 0);
        target[offset + 1] = Philox.normal(seed, 0, 1);
    };

    private static final class Gaussians implements Denoiser {

        private final NoiseSchedule schedule = new FlowSchedule();

        @Override
        public ImageShape shape() {
            return new ImageShape(2, 1, 1);
        }

        @Override
        public NoiseSchedule schedule() {
            return schedule;
        }

        @Override
        public ConditionShape condition() {
            return new ConditionShape.Vector(2);
        }

        @Override
        public void predict(int n, float[] x, double[] t, float[] condition, float[] f) {
            for (int i = 0; i < 2 * n; i++) {
                double alpha = schedule.alpha(t[i / 2]);
                double sigma = schedule.sigma(t[i / 2]);
                double gain = alpha * VARIANCE / (alpha * alpha * VARIANCE + sigma * sigma);
                f[i] = (float) (condition[i] + gain * (x[i] - alpha * condition[i]));
            }
        }
    }

    private record VectorNetwork() implements Network {

        @Override
        public ImageShape input() {
            return new ImageShape(2, 1, 1);
        }

        @Override
        public int outputChannels() {
            return 2;
        }

        @Override
        public List<String> scalars() {
            return List.of("t");
        }

        @Override
        public ConditionShape condition() {
            return new ConditionShape.Vector(2);
        }

        private static float[] frequencies() {
            float[] frequencies = new float[WIDTH / 2];
            for (int i = 0; i < frequencies.length; i++) {
                frequencies[i] = (float) Math.pow(1e-4, i / (double) frequencies.length);
            }
            return frequencies;
        }

        @Override
        public Value describe(GraphBuilder graph) {
            Value time = graph.timeEmbedding(graph.scalar("t"), frequencies(), true);
            Value e = graph.linear("time", time, WIDTH, null);
            e = graph.linear("condition", graph.condition(), WIDTH, e);
            Value h = graph.silu(graph.linear("in", graph.x(), WIDTH, e));
            return graph.linear("out", graph.silu(graph.linear("hidden", h, WIDTH, h)), 2, null);
        }
    }

    @Test
    void studentLearnsTheVector() throws IOException {
        Denoiser teacher = new Gaussians();
        DistillationConfig config = DistillationConfig.builder().batch(128).block(32).lanes(4).images(128 * 500L).seed(7)
                .optimiser(OptimiserConfig.ofStudents().withRate(3e-3).withWarmupImages(2_000).withEmaHalfLife(3_000)).heldOut(8).referenceSteps(4).build();
        float[] conditions = new float[2 * SEEDS.length];
        for (int i = 0; i < SEEDS.length; i++) {
            NORMAL.draw(SEEDS[i] + 1_000, conditions, 2 * i);
        }
        SampleRequest request = SampleRequest.ofSeeds(SEEDS).withConditions(conditions);
        float[] exact = Sampler.reference(teacher, Solver.HEUN, 60).sample(request);
        try (Student student = new BootDistiller(teacher, new VectorNetwork(), Devices.named("reference"))
                .conditions(NORMAL).train(config)) {
            double error = PairedError.rmse(exact, student.sample(request));
            assertTrue(error < 0.15, "RMS " + error);
            float[] alone = student.sample(SampleRequest.ofSeeds(SEEDS[9]).withConditions(Arrays.copyOfRange(conditions, 18, 20)));
            assertArrayEquals(Arrays.copyOfRange(student.sample(request), 18, 20), alone);
            assertRefused("condition has 200 labels, must be 200 × 2 values for Vector[length=2]",
                    () -> student.sample(SampleRequest.ofSeeds(SEEDS).withLabels(new int[SEEDS.length])));
            assertRefused("condition has 3 values, must be 200 × 2", () -> student.sample(request.withConditions(new float[3])));
        }
    }

    @Test
    void vectorsNeedASource() {
        BootDistiller distiller = new BootDistiller(new Gaussians(), new VectorNetwork(), Devices.named("reference"));
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () ->
                distiller.train(DistillationConfig.builder().batch(4).images(4).build()));
        assertTrue(refused.getMessage().contains("conditions(…)"), refused.getMessage());
    }

    private static void assertRefused(String start, Runnable call) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, call::run, start);
        assertTrue(refused.getMessage().startsWith(start), refused.getMessage());
    }
}
