package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.JointConfig;
import io.bootdistill.config.Phase;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.format.BetaSchedule;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.sampling.Samples;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.UpdateRule;
import io.bootdistill.matching.Corrector;
import io.bootdistill.network.UNetConfig;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Pinn;
import io.bootdistill.objective.Trajectories;
import io.bootdistill.phase.Progressive;
import io.bootdistill.selftest.RecordingDevice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Teachers and students that are trained at once: what each is, what is refused. */
public class JointTrainerTest {

    private static final int NULL = 3;
    private static final Bootstrap BOOTSTRAP = Bootstrap.defaults().withTargetEma(0.9);
    static final long[] SEEDS = {1, 2, 3, 4};
    static final int[] LABELS = {0, 1, 2, 0};
    static final UNetConfig NETWORK = UNetConfig.of(SyntheticImages.SHAPE, List.of(8, 8), 1, 4);
    static final SchedulerConfig SCHEDULER =
            SchedulerConfig.of(BetaSchedule.SQUAREDCOS_CAP_V2, PredictionType.V_PREDICTION);

    private final ImageSource images = SyntheticImages.labelled(30, 1);

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private static TeacherTrainingConfig.Builder teaching() {
        return TeacherTrainingConfig.builder()
                .batch(6).block(2).lanes(2).images(6 * 8).workers(2).seed(3).nullLabel(NULL)
                .optimiser(OptimiserConfig.ofTeachers().withEmaHalfLife(10).withWarmupImages(12)).learningRate(1e-2)
                .pictures(2).reportImages(12).checkpointImages(24);
    }

    /** Regression on trajectories for half of the run, then bootstrapping, with the corrector from the middle on. */
    private static DistillationConfig.Builder distillation() {
        return distillation(
                Phase.of(new Trajectories(2, 2, 1, 1, 0, 0)).withShare(0.5), Phase.of(BOOTSTRAP).withShare(0.5));
    }

    private static DistillationConfig.Builder distillation(Phase... phases) {
        return DistillationConfig.builder()
                .batch(4).block(2).lanes(2).images(4 * 6).workers(2).seed(5).phases(phases)
                .corrector(new Corrector(0.25, 0.4, 10, 3e-4, 1)).guidance(2)
                .optimiser(OptimiserConfig.ofStudents().withEmaHalfLife(8).withWarmupImages(8))
                .heldOut(4).referenceSteps(2).reportImages(8).checkpointImages(16);
    }

    static JointConfig.Builder config() {
        return JointConfig.builder().teacher(teaching().build()).student(distillation().build());
    }

    private JointTrainer trainer() {
        return new JointTrainer(NETWORK, SCHEDULER, device());
    }

    static TeacherTrainingListener after(BooleanSupplier stop) {
        return new TeacherTrainingListener() {
            @Override
            public boolean shouldStop() {
                return stop.getAsBoolean();
            }
        };
    }

    static float[] predictions(Teacher teacher) {
        float[] x = Samples.noise(teacher.shape(), SEEDS);
        float[] f = new float[x.length];
        teacher.predict(SEEDS.length, x, new double[] {0, 0.2, 0.5, 0.9}, new float[] {0, 1, 2, NULL}, f);
        return f;
    }

    private float[] samples(JointConfig config) throws IOException {
        try (TrainedPair pair = trainer().train(images, config)) {
            return pair.student().sample(SEEDS, LABELS);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 1})
    void teacherIsTheOneThatIsTrainedAlone(double studentStart) throws IOException {
        try (Teacher alone = new TeacherTrainer(NETWORK, SCHEDULER, device()).train(images, teaching().build());
                TrainedPair pair = trainer().train(images, config().studentStart(studentStart).build())) {
            assertArrayEquals(predictions(alone), predictions(pair.teacher()));
        }
    }

    @Test
    void studentOfAFinishedTeacherIsTheOneThatIsDistilledAlone() throws IOException {
        studentIsTheOneThatIsDistilledAlone(config().studentStart(1));
    }

    @Test
    void studentOfATeacherThatStandsStillIsTheOneThatIsDistilledAlone() throws IOException {
        studentIsTheOneThatIsDistilledAlone(config().teacher(teaching().learningRate(1e-30).build()));
    }

    /** To the bit; with trajectories up to float32, in which those of a joint run are kept by the reference device, too. */
    private void studentIsTheOneThatIsDistilledAlone(JointConfig.Builder config) throws IOException {
        for (boolean bootstrapsAlone : new boolean[] {true, false}) {
            DistillationConfig.Builder student = bootstrapsAlone ? distillation(Phase.of(BOOTSTRAP)) : distillation();
            JointConfig joint = config.student(student.build()).build();
            try (TrainedPair pair = trainer().train(images, joint);
                    Student alone = new BootDistiller(pair.teacher()).train(joint.student())) {
                float[] expected = alone.sample(SEEDS, LABELS);
                float[] found = pair.student().sample(SEEDS, LABELS);
                if (bootstrapsAlone) {
                    assertArrayEquals(expected, found);
                } else {
                    Golden.values("with trajectories", expected, found);
                }
            }
        }
    }

    /** At a checkpoint the average is loaded anew: as often as there is one, nothing may change. */
    @Test
    void studentIsTaughtByTheAverageOfEachStep() throws IOException {
        float[] never = samples(config().build());
        float[] always = samples(config().teacher(teaching().checkpointImages(1).build()).build());
        assertArrayEquals(never, always);
        float[] finished = samples(config().studentStart(1).build());
        assertFalse(Arrays.equals(never, finished), "the teacher did not move");
    }

    /** The student's measure is the teacher of the same step. */
    @Test
    void heldOutNoisesAreComparedWithTheTeacherOfTheCheckpoint() throws IOException {
        List<float[]> found = new ArrayList<>();
        List<float[]> expected = new ArrayList<>();
        JointConfig config = config().teacher(teaching().checkpointImages(6).build()).studentStart(0.25)
                .student(distillation().guidance(1).build()).build();
        trainer().studentListener(new DistillationListener() {
            @Override
            public void quality(Quality quality) {
                found.add(quality.reference());
            }
        }).train(images, config).close();
        new TeacherTrainer(NETWORK, SCHEDULER, device()).listener(new TeacherTrainingListener() {
            @Override
            public void checkpoint(long step, Teacher teacher) {
                if (step > 2) {
                    float[] reference = Sampler.reference(teacher, 2).sample(HeldOut.seeds(4), LABELS);
                    expected.add(io.bootdistill.metric.PairedError.clamp(reference));
                }
            }
        }).train(images, config.teacher()).close();
        assertEquals(6, expected.size());
        assertEquals(6, found.size());
        for (int i = 0; i < 6; i++) {
            assertArrayEquals(expected.get(i), found.get(i), "the student's step " + (i + 1));
        }
        assertFalse(Arrays.equals(found.get(0), found.get(5)));
    }

    @Test
    void resultDoesNotDependOnTheNumberOfWorkers() throws IOException {
        float[][] found = new float[3][];
        for (int workers = 1; workers <= 3; workers++) {
            found[workers - 1] = samples(config().teacher(teaching().lanes(3).workers(workers).build())
                    .student(distillation().lanes(3).workers(workers).build()).build());
        }
        assertArrayEquals(found[0], found[1]);
        assertArrayEquals(found[0], found[2]);
    }

    @Test
    void laterStepsAllocateNoDeviceMemory() throws IOException {
        RecordingDevice device = new RecordingDevice(device());
        List<Integer> allocations = new ArrayList<>();
        JointConfig config = config().teacher(teaching().checkpointImages(Long.MAX_VALUE).build())
                .student(distillation().noCorrector().heldOut(0).checkpointImages(Long.MAX_VALUE).build())
                .studentStart(0.25).build();
        new JointTrainer(NETWORK, SCHEDULER, device).teacherListener(after(() -> {
            allocations.add(device.allocations());
            return false;
        })).train(images, config).close();
        assertEquals(8, allocations.size());
        assertEquals(Collections.nCopies(6, allocations.get(2)), allocations.subList(2, 8));
    }

    /** One image for each class, so that a step is enough: the student comes near to the teacher, which goes on to learn. */
    @Test
    void studentComesNearToTheTeacherThatMoves() throws IOException {
        List<Double> errors = new ArrayList<>();
        JointConfig config = JointConfig.builder()
                .teacher(teaching().batch(16).block(4).images(16 * 80)
                        .optimiser(new OptimiserConfig(UpdateRule.ADAM, 1e-2, 100, 0, 0.9, 0.99, 1, 50)).pictures(0).build())
                .student(DistillationConfig.builder().batch(16).block(4).images(16 * 60)
                        .objective(Trajectories.defaults().withSteps(4).withUses(2, 96))
                        .optimiser(OptimiserConfig.ofStudents().withRate(5e-3).withEmaHalfLife(50).withWarmupImages(100))
                        .heldOut(12).referenceSteps(4).checkpointImages(16 * 5).build())
                .studentStart(0.25)
                .build();
        trainer().studentListener(new DistillationListener() {
            @Override
            public void quality(Quality quality) {
                errors.add(quality.pairedRmse());
            }
        }).train(SyntheticImages.labelled(3, 4), config).close();
        assertTrue(errors.get(errors.size() - 1) < errors.get(0) / 2, "the error against the teacher fell like " + errors);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        refused("the teacher's folder is run", () -> config().teacher(teaching().folder(Path.of("run")).build()).build());
        refused("the student's timeBudget is PT1H", () -> config()
                .student(distillation().minutes(60).build()).build());
        refused("the student's objective is pinn",
                () -> config().student(distillation(Phase.of(Pinn.defaults())).guidance(1).build()).build());
        refused("studentStart is 1.5", () -> config().studentStart(1.5).build());
        List<String> steps = new ArrayList<>();
        JointTrainer trainer = trainer().teacherListener(after(() -> steps.add("a step")));
        refused("guidance is 2.0, must be 1 for a teacher without a null label",
                () -> trainer.train(images, config().teacher(teaching().nullLabel(-1).build()).build()));
        DistillationConfig.Builder rounds = distillation(Phase.of(Progressive.defaults())).noCorrector();
        refused("number of steps with progressive is 3, must be more",
                () -> trainer.train(images, config().student(rounds.images(4 * 3).build()).build()));
        assertEquals(List.of(), steps, "refused before the first step");
    }

    private static void refused(String message, org.junit.jupiter.api.function.Executable call) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, call);
        assertTrue(refused.getMessage().startsWith(message), refused.getMessage());
    }
}
