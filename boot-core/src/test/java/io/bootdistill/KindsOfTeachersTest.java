package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.GuidanceConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.GuidanceInterval;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.internal.file.Json;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.matching.Corrector;
import io.bootdistill.matching.Matching;
import io.bootdistill.matching.OnlineSamples;
import io.bootdistill.matching.OnlineWeights;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Boundary;
import io.bootdistill.objective.Derivative;
import io.bootdistill.objective.Pinn;
import io.bootdistill.objective.Trajectories;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every objective and option with a teacher of prompts, of classes with a learnt variance, and of nothing. */
public class KindsOfTeachersTest {

    private static final Bootstrap BOOTSTRAP = Bootstrap.defaults();
    private static final Trajectories TRAJECTORIES = Trajectories.defaults().withSteps(3);

    private static final Corrector OWN = new Corrector(0.5, 0, 10, 1e-3, 1).withOnline(new OnlineSamples.Own(1, 0.5));

    /** What a run of its name has besides the default. */
    private static final Map<String, Consumer<DistillationConfig.Builder>> OPTIONS = new TreeMap<>(Map.ofEntries(
            Map.entry("atom", c -> c.objective(BOOTSTRAP)),
            Map.entry("term", c -> c.objective(BOOTSTRAP.withBoundary(new Boundary.Term(0.25, 1)))),
            Map.entry("hard", c -> c.objective(BOOTSTRAP.withBoundary(new Boundary.Hard()))),
            Map.entry("target average", c -> c.objective(BOOTSTRAP.withTargetEma(0.5))),
            Map.entry("derivative", c -> c.objective(Derivative.defaults())),
            Map.entry("pinn", c -> c.objective(Pinn.defaults())),
            Map.entry("trajectories", c -> c.objective(TRAJECTORIES)),
            Map.entry("corrector", c -> c.objective(TRAJECTORIES).corrector(new Corrector(0.5, 0, 10, 1e-3, 1))),
            Map.entry("corrector of samples of its own",
                    c -> c.objective(TRAJECTORIES).corrector(OWN.withWeighting(Matching.Weighting.ERROR))),
            Map.entry("corrector with an adapter", c -> c.objective(TRAJECTORIES).corrector(
                    OWN.withMatching(new Matching.Through(1)).withNetwork(new OnlineWeights.Adapter(
                            2, 2, OnlineWeights.Layers.ALL)))),
            Map.entry("corrector through the networks",
                    c -> c.objective(TRAJECTORIES).corrector(OWN.withMatching(new Matching.Through(1)))),
            Map.entry("corrector through the networks, two times and guidance of a range",
                    c -> c.objective(BOOTSTRAP.withRestartShare(0.5)).corrector(OWN.withMatching(new Matching.Through(1)))
                            .guidance(1, 3)),
            Map.entry("two times", c -> c.objective(BOOTSTRAP.withRestartShare(0.5))),
            Map.entry("guidance of a range", c -> c.objective(BOOTSTRAP).guidance(1, 3)),
            Map.entry("guidance of a range with a corrector",
                    c -> c.objective(TRAJECTORIES).corrector(new Corrector(0.5, 0, 10, 1e-3, 1)).guidance(1, 3)),
            Map.entry("guidance rescaled in an interval", c -> c.objective(TRAJECTORIES).guidance(GuidanceConfig.defaults()
                    .withRange(new GuidanceRange(3, 3)).withRescale(0.7).withInterval(new GuidanceInterval(0.2, 0.9)))),
            Map.entry("two times and guidance of a range",
                    c -> c.objective(BOOTSTRAP.withRestartShare(0.5)).guidance(1, 3)),
            Map.entry("two times of trajectories",
                    c -> c.objective(TRAJECTORIES.withEnd(0.5).withRestartShare(0.5)))));

    @TempDir
    Path temp;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private static DistillationConfig.Builder config() {
        return DistillationConfig.builder().noCorrector().batch(4).block(2).lanes(1).images(8).workers(1).reportImages(4)
                .seed(3).heldOut(0).optimiser(OptimiserConfig.ofStudents().withEmaHalfLife(0).withRate(1e-3).withWarmupImages(0));
    }

    static Stream<Arguments> runs() {
        return Stream.of(KindsOfTeachers.DIT, KindsOfTeachers.LDM)
                .flatMap(kind -> OPTIONS.keySet().stream().map(option -> Arguments.of(kind, option)))
                .filter(run -> run.get()[0] != KindsOfTeachers.LDM || !run.get()[1].toString().contains("guidance"));
    }

    static Stream<String> options() {
        return OPTIONS.keySet().stream();
    }

    @Tag("fast")
    @ParameterizedTest
    @MethodSource("runs")
    void everyOptionTeaches(KindsOfTeachers kind, String option) throws IOException {
        requireTaught(kind, option);
    }

    @ParameterizedTest
    @MethodSource("options")
    void everyOptionTeachesFromPrompts(String option) throws IOException {
        requireTaught(KindsOfTeachers.TEXT, option);
    }

    /** Two steps: their losses are finite, and the second is of what the first has changed. */
    private void requireTaught(KindsOfTeachers kind, String option) throws IOException {
        DistillationConfig.Builder config = config();
        if (!option.equals("pinn")) {
            config.guidance(kind == KindsOfTeachers.LDM ? 1 : 2);
        }
        OPTIONS.get(option).accept(config);
        try (Teacher teacher = kind.load(temp.resolve("teacher"), "v_prediction", device())) {
            double[] losses = new double[3];
            float[] before;
            float[] after;
            try (Student student = kind.distiller(teacher).train(config.learningRate(1e-30).build())) {
                before = student.latents(kind.request);
            }
            DistillationListener listener = new DistillationListener() {
                @Override
                public void progress(Progress progress) {
                    losses[(int) progress.step()] = progress.loss();
                }
            };
            try (Student student = kind.distiller(teacher).listener(listener).train(config.learningRate(1e-2).build())) {
                after = student.latents(kind.request);
                assertEquals(option.contains("two times"), student.hasTwoTimes());
            }
            for (int i = 0; i < after.length; i++) {
                assertTrue(Float.isFinite(after[i]), "value " + i);
            }
            assertTrue(Double.isFinite(losses[1]) && losses[1] > 0 && Double.isFinite(losses[2]) && losses[2] != losses[1],
                    Arrays.toString(losses));
            assertFalse(Arrays.equals(before, after), "the student has not changed");
        }
    }

    /** Where no signal is left an ε-prediction, which is divided by it, has an end: t_max. One of v lasts as long as there is any. */
    @Tag("fast")
    @ParameterizedTest
    @CsvSource({"epsilon, 0.01", "v_prediction, 0"})
    void scheduleWithoutSignalAtItsEndIsCut(String prediction, double least) throws IOException {
        KindsOfTeachers.LDM.load(temp.resolve("teacher"), prediction, device()).close();
        Path file = temp.resolve("teacher/scheduler/scheduler_config.json");
        JsonObject json = Json.read(file);
        json.addProperty("rescale_betas_zero_snr", true);
        TinyFolders.json(file, json);
        try (Teacher teacher = Teacher.load(temp.resolve("teacher"), device())) {
            double[] alphas = Arrays.stream(teacher.scheduler().alphasCumprod()).map(Math::sqrt).toArray();
            assertEquals(0, alphas[alphas.length - 1]);
            int last = IntStream.range(0, alphas.length).filter(i -> alphas[i] > 0 && alphas[i] >= least).max().getAsInt();
            NoiseSchedule schedule = teacher.schedule();
            assertEquals(last, schedule.networkTime(schedule.tMax()), 1e-9);
            assertEquals(alphas[last], schedule.alpha(schedule.tMax()), 1e-12);
            assertTrue(alphas[last] < 0.02, "cut where it need not be: " + alphas[last]);
        }
    }
}
