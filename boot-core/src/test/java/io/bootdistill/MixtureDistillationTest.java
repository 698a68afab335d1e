package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.GuidanceConfig;
import io.bootdistill.config.Phase;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.internal.sampling.Samples;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.lesson.UpdateRule;
import io.bootdistill.metric.PairedError;
import io.bootdistill.network.Mlp;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Boundary;
import io.bootdistill.objective.Delta;
import io.bootdistill.objective.DeltaSchedule;
import io.bootdistill.objective.Derivative;
import io.bootdistill.objective.TimeSampling;
import io.bootdistill.objective.Trajectories;
import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A small network learns the map of an analytic teacher from noise to sample. */
@Tag("convergence")
public class MixtureDistillationTest {

    private static final int NOISES = 512;

    /** Half the distance at which an untrained network is. */
    private static final double REACHED = 0.15;

    private static final Bootstrap BOOTSTRAP =
            Bootstrap.defaults().withDelta(new Delta(0.1, 0.02, DeltaSchedule.GEOMETRIC));
    private static final OptimiserConfig OPTIMISER =
            OptimiserConfig.ofStudents().withRate(3e-3).withWarmupImages(2_000).withEmaHalfLife(3_000);

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private static DistillationConfig.Builder config() {
        return DistillationConfig.builder().objective(BOOTSTRAP).noCorrector()
                .batch(128).block(32).lanes(4).images(128 * 1200L).seed(7).optimiser(OPTIMISER).heldOut(0);
    }

    @Test
    void reproducesTheFineSolversMap() throws IOException {
        NoiseSchedule schedule = new FlowSchedule();
        MixtureTeacher teacher = new MixtureTeacher(schedule, MixtureTeacher.ring(4, 1.0), 0.4, false);
        double before;
        double after;
        try (Student untrained = new BootDistiller(teacher, new Mlp(2, 64, 2, 0), device())
                        .train(config().images(128).optimiser(OPTIMISER.withWarmupImages(1 << 20)).build());
                Student student = new BootDistiller(teacher, new Mlp(2, 64, 2, 0), device()).train(config().build())) {
            before = error(untrained, teacher);
            after = error(student, teacher);
        }
        System.getLogger(getClass().getName()).log(System.Logger.Level.INFO,
                "RMS to the fine solver''s map: {0} before, {1} after", before, after);
        assertTrue(after < 0.1, "RMS to the fine solver's map is " + after);
        assertTrue(after < before / 8, "training improved the RMS from " + before + " to " + after + " only");
    }

    /** Recipes of the options, each of which has to reach the map; how well is for an ablation to say. */
    private static Map<String, Consumer<DistillationConfig.Builder>> recipes() {
        return Map.of(
                "euler, relative", b -> b.optimiser(OPTIMISER.withRule(UpdateRule.ADAM))
                        .objective(BOOTSTRAP.withSolver(Solver.EULER).withDelta(new Delta(0.1, 0.02, DeltaSchedule.RELATIVE))),
                "midpoint, target average", b -> b.objective(BOOTSTRAP.withSolver(Solver.MIDPOINT).withTargetEma(0.9)),
                "hard boundary, uniform",
                b -> b.objective(BOOTSTRAP.withBoundary(new Boundary.Hard()).withTimes(TimeSampling.UNIFORM)),
                "trajectories first, residual power 1", b -> b.phases(
                        new Phase(0.3, Trajectories.defaults().withEnd(0.2), new ResidualWeighting(1, 1e-3)),
                        new Phase(0.7, BOOTSTRAP, new ResidualWeighting(1, 1e-3))),
                "trajectories alone", b -> b.objective(Trajectories.defaults()),
                "derivative", b -> b.objective(Derivative.defaults()),
                "paper", b -> b.phases(Phase.of(Bootstrap.paper()).withWeighting(ResidualWeighting.NONE)));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "euler, relative", "midpoint, target average", "hard boundary, uniform", "trajectories first, residual power 1",
        "trajectories alone", "derivative", "paper"
    })
    void everyOptionReachesTheMap(String recipe) throws IOException {
        MixtureTeacher teacher = new MixtureTeacher(new FlowSchedule(), MixtureTeacher.ring(4, 1.0), 0.4, false);
        DistillationConfig.Builder config = config().images(128 * 600L);
        recipes().get(recipe).accept(config);
        try (Student student = new BootDistiller(teacher, new Mlp(2, 64, 2, 0), device()).train(config.build())) {
            double error = error(student, teacher);
            System.getLogger(getClass().getName()).log(System.Logger.Level.INFO, "{0}: RMS {1}", recipe, error);
            assertTrue(error < REACHED, recipe + ": RMS to the fine solver's map is " + error);
        }
    }

    /** One student for a range of scales, against the fine solver of the teacher with each scale. */
    @Test
    void studentThatIsGivenTheScaleReproducesEachMap() throws IOException {
        NoiseSchedule schedule = new FlowSchedule();
        MixtureTeacher teacher = new MixtureTeacher(schedule, MixtureTeacher.ring(3, 1.0), 0.4, true);
        GuidanceConfig guidance = GuidanceConfig.defaults().withRange(new GuidanceRange(1, 3)).withNullProbability(0);
        DistillationConfig config = config().images(128 * 900L).guidance(guidance).build();
        try (Student student = new BootDistiller(teacher, new Mlp(2, 64, 2, 4), device()).train(config)) {
            long[] seeds = LongStream.range(1_000_000, 1_000_000 + NOISES).toArray();
            int[] labels = IntStream.range(0, NOISES).map(i -> i % 3).toArray();
            for (double scale : new double[] {1, 2, 3}) {
                float[] samples = student.sample(SampleRequest.ofSeeds(seeds).withLabels(labels).withGuidance(scale));
                float[] exact = Sampler.reference(teacher, Solver.HEUN, 60)
                        .withGuidance(new Guidance(scale, teacher.nullLabel())).sample(seeds, labels);
                double error = PairedError.rmse(exact, samples);
                System.getLogger(getClass().getName()).log(System.Logger.Level.INFO, "w = {0}: RMS {1}", scale, error);
                assertTrue(error < REACHED, "w = " + scale + ": RMS is " + error);
            }
        }
    }

    private static double error(Student student, MixtureTeacher teacher) {
        long[] seeds = new long[NOISES];
        for (int i = 0; i < NOISES; i++) {
            seeds[i] = 1_000_000 + i;
        }
        float[] noise = Samples.noise(teacher.shape(), seeds);
        float[] samples = student.sample(seeds, null);
        SignalOde ode = new SignalOde(teacher.schedule());
        double sum = 0;
        for (int i = 0; i < NOISES; i++) {
            double[] exact = ode.solve(
                    Solver.HEUN, teacher::predict, new double[] {noise[2 * i], noise[2 * i + 1]}, 400);
            sum += Math.pow(samples[2 * i] - exact[0], 2) + Math.pow(samples[2 * i + 1] - exact[1], 2);
        }
        return Math.sqrt(sum / (2 * NOISES));
    }

    @Test
    void resultDoesNotDependOnTheNumberOfWorkers() throws IOException {
        MixtureTeacher teacher = new MixtureTeacher(new FlowSchedule(), MixtureTeacher.ring(4, 1.0), 0.4, true);
        float[][] samples = new float[3][];
        for (int workers = 1; workers <= 3; workers++) {
            DistillationConfig config = config().images(128 * 12).guidance(1.5).workers(workers).build();
            try (Student student = new BootDistiller(teacher, new Mlp(2, 16, 1, 5), device()).train(config)) {
                samples[workers - 1] = student.sample(new long[] {1, 2, 3}, new int[] {0, 3, 4});
            }
        }
        assertArrayEquals(samples[0], samples[1]);
        assertArrayEquals(samples[0], samples[2]);
    }

    @Test
    void samplesDoNotDependOnTheirBatch() throws IOException {
        MixtureTeacher teacher = new MixtureTeacher(new FlowSchedule(), MixtureTeacher.ring(4, 1.0), 0.4, false);
        try (Student student =
                new BootDistiller(teacher, new Mlp(2, 16, 1, 0), device()).train(config().images(128 * 3).build())) {
            long[] seeds = {5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
            float[] together = student.sample(seeds, null);
            for (int i = 0; i < seeds.length; i++) {
                float[] alone = student.sample(new long[] {seeds[i]}, null);
                assertEquals(together[2 * i], alone[0]);
                assertEquals(together[2 * i + 1], alone[1]);
            }
        }
    }
}
