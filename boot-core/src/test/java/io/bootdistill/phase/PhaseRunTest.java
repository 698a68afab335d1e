package io.bootdistill.phase;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BootDistiller;
import io.bootdistill.DistillationListener;
import io.bootdistill.HeldOut;
import io.bootdistill.Progress;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.TinyTeacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.Limit;
import io.bootdistill.config.Phase;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.ReplayingDevice;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.metric.PairedError;
import io.bootdistill.network.Mlp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The objectives of this room in runs: they go on across rounds, and do not depend on who computes them. */
@Tag("fast")
public class PhaseRunTest {

    private static final Walks WALKS = Walks.defaults().withUses(3, 2);
    private static final int STEPS = 12;

    @TempDir
    Path temp;

    private Path teacherFolder;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    @BeforeEach
    void writeTeacher() throws IOException {
        teacherFolder = temp.resolve("teacher");
        TinyTeacher.write(teacherFolder, "v_prediction");
    }

    enum Kind {
        DIRECT(Direct.defaults().withSteps(3).withPairs(7).withWalks(WALKS)),
        CMT(Cmt.defaults().withSteps(4, 2).withWalks(WALKS)),
        PROGRESSIVE(Progressive.defaults().withSteps(8, 1).withWalks(WALKS)),
        CONSISTENCY(Consistency.defaults().withSteps(4, 1).withWalks(WALKS)),
        TRACT(Tract.defaults().withSteps(8, 4, 2).withWalks(WALKS));

        final PhaseObjective objective;

        Kind(PhaseObjective objective) {
            this.objective = objective;
        }
    }

    private static DistillationConfig.Builder config(Kind kind) {
        return DistillationConfig.builder().phases(new Phase(1, kind.objective, ResidualWeighting.defaults()))
                .batch(6).block(3).lanes(2).images(6 * STEPS).workers(1).seed(3).heldOut(0)
                .optimiser(OptimiserConfig.ofStudents().withRate(1e-3).withWarmupImages(12).withEmaHalfLife(6))
                .checkpointImages(6 * 4);
    }

    private static DistillationListener stopAfter(int steps) {
        return new DistillationListener() {
            private int done;

            @Override
            public boolean shouldStop() {
                return ++done == steps;
            }
        };
    }

    private byte[] train(DistillationConfig.Builder config, String folder) throws IOException {
        return train(config, folder, device());
    }

    private byte[] train(DistillationConfig.Builder config, String folder, Device device) throws IOException {
        try (Teacher teacher = Teacher.load(teacherFolder, device)) {
            new BootDistiller(teacher).train(config.folder(temp.resolve(folder)).build()).close();
        }
        return state(folder);
    }

    private byte[] state(String folder) throws IOException {
        return Files.readAllBytes(temp.resolve(folder).resolve("state.safetensors"));
    }

    /** Stopped after each number of steps: among them, at the end of a round, one step before and one after. */
    private byte[] trainInParts(DistillationConfig.Builder config, int... parts) throws IOException {
        try (Teacher teacher = Teacher.load(teacherFolder, device())) {
            Path folder = temp.resolve("parts");
            new BootDistiller(teacher).listener(stopAfter(parts[0])).train(config.folder(folder).build()).close();
            for (int i = 1; i < parts.length; i++) {
                new BootDistiller(teacher).listener(stopAfter(parts[i])).resume(folder, 1 + i % 2).close();
            }
            new BootDistiller(teacher).resume(folder, 2).close();
        }
        return state("parts");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void continuedRunEqualsOneThatWasNeverStopped(Kind kind) throws IOException {
        assertArrayEquals(train(config(kind), "whole"), trainInParts(config(kind), 3, 1, 1, 2));
    }

    /** With scales that the student is told, and teaches with in later rounds. */
    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"PROGRESSIVE", "CONSISTENCY"})
    void guidedRunsGoOn(Kind kind) throws IOException {
        assertArrayEquals(train(config(kind).guidance(1, 4), "whole"), trainInParts(config(kind).guidance(1, 4), 4, 2));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void resultDoesNotDependOnTheWorkers(Kind kind) throws IOException {
        assertArrayEquals(train(config(kind), "one"), train(config(kind).workers(2), "two"));
    }

    /** Steps that are captured once in a stage, their solutions too, and then replayed have the bits of those that are called. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void replayedStepsAreThoseThatAreCalled(Kind kind) throws IOException {
        ReplayingDevice replaying = new ReplayingDevice(device());
        assertArrayEquals(train(config(kind), "called"), train(config(kind), "replayed", replaying));
        int stages = kind.objective.stages().size();
        assertEquals(2 * stages, replaying.captures());
        assertEquals(2 * (STEPS - stages), replaying.replays());
    }

    /** Before a step, with no rate to speak of. */
    @ParameterizedTest
    @CsvSource({"v_prediction", "epsilon", "sample"})
    void studentStartsAsItsTeacher(String prediction) throws IOException {
        TinyTeacher.write(teacherFolder = temp.resolve(prediction), prediction);
        try (Teacher teacher = Teacher.load(teacherFolder, device())) {
            List<Double> losses = losses(teacher, config(Kind.CMT).learningRate(1e-30).clip(Limit.none())
                    .phases(Phase.of(Cmt.defaults().withSteps(4, 4).withWalks(WALKS)).withWeighting(ResidualWeighting.NONE)));
            losses.forEach(loss -> assertEquals(0, loss, 1e-7, "of one step of its own"));
        }
    }

    private static List<Double> losses(Teacher teacher, DistillationConfig.Builder config) throws IOException {
        List<Double> losses = new ArrayList<>();
        new BootDistiller(teacher).listener(new DistillationListener() {
            @Override
            public void progress(Progress progress) {
                losses.add(progress.loss());
            }
        }).train(config.reportImages(6).build()).close();
        return losses;
    }

    /** In each round the rate rises and falls again. */
    @Test
    void roundsHaveRatesOfTheirOwn() throws IOException {
        List<Double> rates = new ArrayList<>();
        try (Teacher teacher = Teacher.load(teacherFolder, device())) {
            new BootDistiller(teacher).listener(new DistillationListener() {
                @Override
                public void progress(Progress progress) {
                    rates.add(progress.rate());
                }
            }).train(config(Kind.PROGRESSIVE).reportImages(6).build()).close();
        }
        assertEquals(STEPS, rates.size());
        int at = 0;
        for (int steps : new int[] {5, 3, 4}) { // shares 3/8, 1/4, 3/8
            for (int i = 0; i < steps; i++) {
                double rise = Math.min(1, (i + 1) * 6 / 12.0);
                assertEquals(1e-3 * rise * (1 + Math.cos(Math.PI * i / steps)) / 2, rates.get(at++), 1e-9, "step " + at);
            }
        }
    }

    /** A perceptron learns four steps of a Gaussian in one of two, then in one. */
    @Test
    void progressiveStudentLearns() throws IOException {
        List<Double> losses = new ArrayList<>();
        DistillationListener listener = new DistillationListener() {
            @Override
            public void progress(Progress progress) {
                losses.add(progress.loss());
            }
        };
        DistillationConfig config = DistillationConfig.builder().batch(64).block(24).lanes(2).images(64 * 600).heldOut(0)
                .learningRate(1e-2).reportImages(64 * 20)
                .phases(Phase.of(Progressive.defaults().withSteps(4, 1)).withWeighting(ResidualWeighting.NONE)).build();
        new BootDistiller(new GaussianTeacher(0.3, 0.5), new Mlp(1, 16, 1, 0), device()).listener(listener).train(config).close();
        assertTrue(losses.get(0) > 0.05 && losses.get(losses.size() - 1) < 1e-3, losses.toString());
    }

    /** After 4, 8 and 12 steps, of rounds that end after 5, 8 and 12. */
    @ParameterizedTest
    @CsvSource({"DIRECT, 1, 1, 1", "CMT, 2, 2, 2", "PROGRESSIVE, 4, 2, 1", "CONSISTENCY, 1, 1, 1", "TRACT, 4, 2, 2"})
    void studentIsMeasuredInTheStepsOfItsRound(Kind kind, int first, int second, int third) throws IOException {
        int[] labels = {0, 1, 2, 0, 1};
        List<float[]> measured = new ArrayList<>();
        List<float[]> sampled = new ArrayList<>();
        try (Teacher teacher = Teacher.load(teacherFolder, device())) {
            new BootDistiller(teacher).listener(new DistillationListener() {
                @Override
                public void quality(Quality quality) {
                    measured.add(quality.samples());
                }

                @Override
                public void checkpoint(long step, Student student) {
                    int steps = new int[] {first, second, third}[sampled.size()];
                    sampled.add(PairedError.clamp(student.sample(
                            SampleRequest.ofSeeds(HeldOut.seeds(labels.length)).withLabels(labels).withSteps(steps))));
                }
            }).train(config(kind).heldOut(labels.length).referenceSteps(2).folder(temp.resolve("measured")).build()).close();
        }
        assertEquals(3, measured.size());
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(sampled.get(i), measured.get(i), "evaluation " + i);
        }
    }

    // ---- what is refused

    private String refusal(DistillationConfig.Builder config) throws IOException {
        try (Teacher teacher = Teacher.load(teacherFolder, device())) {
            return assertThrows(IllegalArgumentException.class, () -> new BootDistiller(teacher).train(config.build())).getMessage();
        }
    }

    @Test
    void whatDoesNotFitIsRefused() throws IOException {
        assertEquals("steps of cmt is 101, must be at most 100, the times of the teacher's schedule",
                refusal(config(Kind.CMT).objective(Cmt.defaults().withSteps(101, 1))));
        assertEquals("number of steps with progressive is 2, must be more: of its 3 stages, number 1 would have none",
                refusal(config(Kind.PROGRESSIVE).images(12).objective(Progressive.defaults().withSteps(8, 1).withLast(0.59))));
        Path folder = temp.resolve("refused");
        refusal(config(Kind.PROGRESSIVE).images(12).folder(folder));
        assertFalse(Files.exists(folder), "before there is anything");
        assertTrue(refusal(config(Kind.CMT).phases(Phase.of(Cmt.defaults()).withShare(0.5),
                Phase.of(Progressive.defaults()).withShare(0.5))).startsWith("objectives is [cmt, progressive], must be all for"));
    }
}
