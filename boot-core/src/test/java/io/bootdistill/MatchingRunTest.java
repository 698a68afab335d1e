package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.GuidanceConfig;
import io.bootdistill.config.JointConfig;
import io.bootdistill.config.Limit;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.matching.Corrector;
import io.bootdistill.matching.Matching;
import io.bootdistill.matching.OnlineSamples;
import io.bootdistill.matching.OnlineWeights;
import io.bootdistill.network.Mlp;
import io.bootdistill.objective.Trajectories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Correctors whose online network has samples of its own, in whole runs. */
public class MatchingRunTest {

    private static final int BATCH = 8;
    private static final int STEPS = 10;
    private static final Corrector OWN = new Corrector(0.5, 0.2, 1, 1e-2, 0.5).withOnline(new OnlineSamples.Own(2, 0.5));

    private static final Corrector ADAPTED =
            OWN.withNetwork(new OnlineWeights.Adapter(2, 2, OnlineWeights.Layers.QUERIES_AND_VALUES));

    @TempDir
    Path temp;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    static List<Corrector> correctors() {
        return List.of(OWN, OWN.withWeighting(Matching.Weighting.ERROR), OWN.withMatching(new Matching.Through(1)),
                ADAPTED, ADAPTED.withMatching(new Matching.Through(1)));
    }

    private static DistillationConfig.Builder config() {
        return DistillationConfig.builder().objective(Trajectories.defaults().withSteps(2).withUses(2, 1)).batch(BATCH).block(2)
                .lanes(2).workers(2).images(BATCH * STEPS).seed(3).guidance(2).heldOut(4).referenceSteps(2)
                .optimiser(OptimiserConfig.ofStudents().withWarmupImages(0)).reportImages(BATCH * STEPS)
                .checkpointImages(3 * BATCH);
    }

    private Teacher teacher(String prediction) throws IOException {
        TinyTeacher.write(temp.resolve("teacher"), prediction);
        return Teacher.load(temp.resolve("teacher"), device());
    }

    /** A run that is stopped after each step and goes on ends in the bits of one that was not, whatever the workers. */
    @ParameterizedTest
    @MethodSource("correctors")
    void stoppedRunGoesOnWithTheSameBits(Corrector corrector) throws IOException {
        Path whole = temp.resolve("whole");
        Path parts = temp.resolve("parts");
        DistillationConfig.Builder config = config().corrector(corrector);
        try (Teacher teacher = teacher("v_prediction")) {
            new BootDistiller(teacher).train(config.folder(whole).build()).close();
            BootDistiller stopping = new BootDistiller(teacher).listener(new DistillationListener() {
                @Override
                public boolean shouldStop() {
                    return true;
                }
            });
            stopping.train(config.folder(parts).workers(1).build()).close();
            for (int step = 1; step < STEPS; step++) {
                try (SafetensorsFile state = SafetensorsFile.open(parts.resolve("state.safetensors"))) {
                    assertEquals(Integer.toString(step), state.metadata().get("step"));
                    assertTrue(state.names().containsAll(List.of("lesson.1.weights", "lesson.1.m", "lesson.1.v")));
                }
                stopping.resume(parts, 1 + step % 2).close();
            }
        }
        assertArrayEquals(
                Files.readAllBytes(whole.resolve("state.safetensors")), Files.readAllBytes(parts.resolve("state.safetensors")));
    }

    /** Each option leads elsewhere, but for what has no effect: the guidance of an online network in a run without any. */
    @Test
    void optionsMatter() throws IOException {
        List<Corrector> all = List.of(
                OWN, OWN.withOnline(new OnlineSamples.Shared()), OWN.withOnline(new OnlineSamples.Own(1, 0.5)),
                OWN.withOnline(new OnlineSamples.Own(2, 0)), OWN.withWeighting(Matching.Weighting.FLAT),
                OWN.withWeighting(Matching.Weighting.NOISE), OWN.withWeighting(Matching.Weighting.ERROR),
                OWN.withMatching(new Matching.Through(1)), OWN.withMatching(new Matching.Through(1.2)), ADAPTED,
                ADAPTED.withOnline(new OnlineSamples.Shared()),
                OWN.withNetwork(new OnlineWeights.Adapter(1, 2, OnlineWeights.Layers.QUERIES_AND_VALUES)),
                OWN.withNetwork(new OnlineWeights.Adapter(2, 2, OnlineWeights.Layers.ALL)));
        Map<String, Corrector> students = new HashMap<>();
        try (Teacher teacher = teacher("v_prediction")) {
            for (Corrector corrector : all) {
                Corrector same = students.put(sample(teacher, config().corrector(corrector).build()), corrector);
                assertNull(same, () -> "as " + corrector);
            }
            assertEquals(sample(teacher, config().corrector(OWN.withOnline(new OnlineSamples.Own(2, 0))).guidance(1).build()),
                    sample(teacher, config().corrector(OWN).guidance(1).build()));
        }
    }

    private static String sample(Teacher teacher, DistillationConfig config) throws IOException {
        try (Student student = new BootDistiller(teacher).train(config)) {
            return Arrays.toString(student.sample(new long[] {1, 2}, new int[] {0, 1}));
        }
    }

    /** The gradient goes through networks alone, with nothing behind them. */
    @Test
    void teachersWithoutAGradientAreRefused() throws IOException {
        Corrector through = OWN.withMatching(new Matching.Through(1));
        DistillationConfig.Builder config = config().corrector(through);
        String refusal = "matching of the corrector is through, must be stopped for teachers that are no network, are clipped or"
                + " thresholded, or whose guidance is rescaled";
        MixtureTeacher function = new MixtureTeacher(new FlowSchedule(), MixtureTeacher.ring(3, 1), 0.4, true);
        BootDistiller ofFunction = new BootDistiller(function, new Mlp(2, 8, 1, 4), device());
        assertRefused(refusal, () -> ofFunction.train(config.build()));
        try (Teacher teacher = teacher("v_prediction")) {
            BootDistiller distiller = new BootDistiller(teacher);
            assertRefused(refusal, () -> distiller.train(config().corrector(through).clip(Limit.to(1)).build()));
            assertRefused(refusal, () -> distiller.bytes(config().corrector(through).clip(Limit.to(1)).build()));
            GuidanceConfig rescaled = GuidanceConfig.defaults().withRange(new GuidanceRange(2, 2)).withRescale(0.5);
            assertRefused(refusal, () -> distiller.train(config().corrector(through).guidance(rescaled).build()));
            distiller.train(config().corrector(OWN).clip(Limit.to(1)).guidance(rescaled).build()).close();
        }
        assertRefused("online of the corrector is shared, must be own where matching goes through the networks",
                () -> through.withOnline(new OnlineSamples.Shared()));
    }

    /** One network lies in memory: what is left of the online one is its adapter, its moments and gradients. */
    @Test
    void adapterTakesLess() throws IOException {
        try (Teacher teacher = teacher("v_prediction")) {
            BootDistiller distiller = new BootDistiller(teacher);
            long without = distiller.bytes(config().noCorrector().build());
            long own = distiller.bytes(config().corrector(OWN.withOnline(new OnlineSamples.Shared())).build()) - without;
            long adapted = distiller.bytes(config().corrector(ADAPTED.withOnline(new OnlineSamples.Shared())).build()) - without;
            assertTrue(adapted < own, adapted + " and " + own);
        }
    }

    /** An adapter is of the teacher's network: one with attention, and all that the student is told. */
    @Test
    void teachersWithoutAnAdapterAreRefused() throws IOException {
        String refusal = "network of the corrector is adapter, must be own for teachers that are no network, and students that are"
                + " told more than their teacher: the scale of the guidance, or a second time";
        MixtureTeacher function = new MixtureTeacher(new FlowSchedule(), MixtureTeacher.ring(3, 1), 0.4, true);
        assertRefused(refusal, () -> new BootDistiller(function, new Mlp(2, 8, 1, 4), device())
                .train(config().corrector(ADAPTED).build()));
        try (Teacher teacher = teacher("v_prediction")) {
            BootDistiller distiller = new BootDistiller(teacher);
            assertRefused(refusal, () -> distiller.train(config().corrector(ADAPTED).guidance(1, 3).build()));
            assertThrows(IllegalArgumentException.class, () -> JointConfig.builder()
                    .student(config().corrector(ADAPTED).build()).build());
        }
    }

    private static void assertRefused(String message, Executable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
    }
}
