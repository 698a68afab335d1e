package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.Phase;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.sampling.Samples;
import io.bootdistill.internal.sampling.StudentPlan;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.metric.PairedError;
import io.bootdistill.network.Mlp;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Delta;
import io.bootdistill.objective.DeltaSchedule;
import io.bootdistill.objective.Trajectories;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Students with two times: where they start, what they learn, how they are stored and what they refuse. */
public class FewStepTest {

    private static final Bootstrap RESTARTS = Bootstrap.defaults().withRestartShare(0.5);
    private static final OptimiserConfig FAST =
            OptimiserConfig.ofStudents().withEmaHalfLife(0).withRate(1e-2).withWarmupImages(0);
    private static final long[] SEEDS = {1, 2, 3, 4, 5};
    private static final int[] LABELS = {0, 1, 2, 0, 1};
    private static final SampleRequest REQUEST = SampleRequest.ofSeeds(SEEDS).withLabels(LABELS);

    @TempDir
    Path temp;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private Teacher teacher(String prediction) throws IOException {
        Path folder = temp.resolve(prediction);
        TinyTeacher.write(folder, prediction);
        return Teacher.load(folder, device());
    }

    private static DistillationConfig.Builder config() {
        return DistillationConfig.builder().objective(RESTARTS).noCorrector()
                .batch(6).block(3).lanes(2).images(6 * 4).workers(2).seed(3).heldOut(0)
                .optimiser(OptimiserConfig.ofStudents().withEmaHalfLife(0));
    }

    /** Trajectories for a share of the run, then bootstrapping. */
    private static Phase[] phases(double trajectoryShare) {
        Phase trajectories = Phase.of(Trajectories.defaults().withSteps(3).withEnd(0.4).withRestartShare(0.5));
        Phase bootstrap = Phase.of(RESTARTS);
        return trajectoryShare == 0 ? new Phase[] {bootstrap} : trajectoryShare == 1 ? new Phase[] {trajectories}
                : new Phase[] {trajectories.withShare(trajectoryShare), bootstrap.withShare(1 - trajectoryShare)};
    }

    private static Student train(Teacher teacher, DistillationConfig.Builder config) throws IOException {
        return new BootDistiller(teacher).train(config.build());
    }

    private static float[] sample(Student student, int steps) {
        return student.sample(REQUEST.withSteps(steps));
    }

    /** With the teacher's weights, F̂ is the teacher's f at the time of the state, and each step one of DDIM. */
    @ParameterizedTest
    @ValueSource(strings = {"v_prediction", "sample"})
    void startsAsTheTeachersOwnSteps(String prediction) throws IOException {
        try (Teacher teacher = teacher(prediction);
                Student student = train(teacher, config().learningRate(1e-30))) {
            SignalOde ode = new SignalOde(teacher.schedule());
            double most = teacher.schedule().tMax();
            float[] noise = Samples.noise(teacher.shape(), SEEDS);
            int size = teacher.shape().size();
            for (int steps : new int[] {1, 2, 4}) {
                float[] samples = sample(student, steps);
                for (int k = 0; k < SEEDS.length; k++) {
                    float[] label = {LABELS[k]};
                    SignalOde.Predictor f = (x, t) -> {
                        float[] out = new float[size];
                        teacher.predict(1, floats(x), new double[] {t}, label, out);
                        return doubles(out);
                    };
                    double[] epsilon = doubles(Arrays.copyOfRange(noise, k * size, (k + 1) * size));
                    double[] y = f.predict(epsilon, most);
                    for (int i = 1; i < steps; i++) {
                        y = ode.step(Solver.DDIM, f, y, epsilon, most * (steps - i) / steps, most * (steps - i - 1) / steps);
                    }
                    float[] actual = Arrays.copyOfRange(samples, k * size, (k + 1) * size);
                    Golden.values(steps + " steps, sample " + k, floats(y), actual);
                }
            }
        }
    }

    /** Where the signal is that of t_max, both students read (ε, t_max). */
    @Test
    void atTheNoisyEndItIsTheOneStepStudent() throws IOException {
        try (Teacher teacher = teacher("v_prediction");
                Student one = train(teacher, config().learningRate(1e-30).objective(Bootstrap.defaults()));
                Student two = train(teacher, config().learningRate(1e-30))) {
            double most = teacher.schedule().tMax();
            float[] noise = Samples.noise(teacher.shape(), SEEDS);
            float[][] signals = new float[2][noise.length];
            Student[] students = {one, two};
            for (int i = 0; i < 2; i++) {
                try (StudentPlan plan = new StudentPlan(students[i].resolved(), SEEDS.length)) {
                    plan.run(REQUEST, 0, SEEDS.length, 1, null, new double[] {most, most}, FloatBuffer.wrap(signals[i]), 0);
                }
            }
            assertArrayEquals(signals[0], signals[1]);
            assertArrayEquals(sample(two, 1), two.sample(SEEDS, LABELS), "one step unless said otherwise");
        }
    }

    /** What the output means at a time just below t_max is nearly what it means there, where the head reads it. */
    @ParameterizedTest
    @ValueSource(strings = {"v_prediction", "sample", "epsilon"})
    void outputMeansNearlyTheSameBesideTheNoisyEnd(String prediction) throws IOException {
        try (Teacher teacher = teacher(prediction);
                Student student = train(teacher, config().learningRate(1e-30))) {
            double most = teacher.schedule().tMax();
            double least = teacher.schedule().tMin();
            float[] noise = Samples.noise(teacher.shape(), SEEDS);
            float[][] samples = new float[2][noise.length];
            try (StudentPlan plan = new StudentPlan(student.resolved(), SEEDS.length)) {
                plan.run(REQUEST, 0, SEEDS.length, 1, null, new double[] {most, least}, FloatBuffer.wrap(samples[0]), 0);
                plan.run(REQUEST, 0, SEEDS.length, 1, null, new double[] {most, most - 1e-6, least}, FloatBuffer.wrap(samples[1]), 0);
            }
            double moved = PairedError.rmse(samples[0], samples[1]);
            double size = PairedError.rmse(samples[0], new float[noise.length]);
            assertTrue(moved < 10 * teacher.schedule().alpha(most) * size, "moved by " + moved + ", RMS " + size);
        }
    }

    /** In the plane, jumps from a state are no easier to learn than those from noise: several steps reach what one does. */
    @Test
    void anyNumberOfStepsReachesTheMap() throws IOException {
        MixtureTeacher teacher = new MixtureTeacher(new FlowSchedule(), MixtureTeacher.ring(4, 1.0), 0.4, false);
        DistillationConfig config = DistillationConfig.builder().noCorrector()
                .objective(RESTARTS.withDelta(new Delta(0.1, 0.02, DeltaSchedule.GEOMETRIC)))
                .batch(128).block(32).lanes(4).images(128 * 600L).seed(7).heldOut(0)
                .optimiser(OptimiserConfig.ofStudents().withRate(3e-3).withWarmupImages(2_000).withEmaHalfLife(3_000)).build();
        long[] seeds = LongStream.range(1_000_000, 1_000_512).toArray();
        float[] exact = Sampler.reference(teacher, Solver.HEUN, 60).sample(seeds, null);
        try (Student student = new BootDistiller(teacher, new Mlp(2, 64, 2, 0), device()).train(config)) {
            double[] errors = new double[3];
            for (int i = 0; i < 3; i++) {
                errors[i] = PairedError.rmse(exact, student.sample(SampleRequest.ofSeeds(seeds).withSteps(1 << i)));
            }
            System.getLogger(getClass().getName()).log(
                    System.Logger.Level.INFO, "RMS in 1, 2 and 4 steps: {0}", Arrays.toString(errors));
            assertTrue(Arrays.stream(errors).max().orElseThrow() < 0.15, Arrays.toString(errors));
        }
    }

    /** With one worker, steps after the first are replayed where the device can. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 1})
    void resultDoesNotDependOnTheNumberOfWorkers(double trajectoryShare) throws IOException {
        try (Teacher teacher = teacher("v_prediction")) {
            float[][] samples = new float[3][];
            for (int workers = 1; workers <= 3; workers++) {
                try (Student student = train(teacher, config().batch(14).images(14 * 4).lanes(3).workers(workers)
                        .phases(phases(trajectoryShare)).optimiser(FAST))) {
                    samples[workers - 1] = sample(student, 3);
                }
            }
            assertArrayEquals(samples[0], samples[1]);
            assertArrayEquals(samples[0], samples[2]);
        }
    }

    @Test
    void samplesDoNotDependOnTheirBatch() throws IOException {
        try (Teacher teacher = teacher("v_prediction");
                Student student = train(teacher, config().optimiser(FAST))) {
            int size = teacher.shape().size();
            float[] together = sample(student, 3);
            for (int i = 0; i < SEEDS.length; i++) {
                float[] alone = student.sample(SampleRequest.ofSeeds(SEEDS[i]).withLabels(LABELS[i]).withSteps(3));
                assertArrayEquals(Arrays.copyOfRange(together, i * size, (i + 1) * size), alone);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v_prediction", "sample", "epsilon"})
    void savedStudentSamplesTheSameBits(String prediction) throws IOException {
        Path saved = temp.resolve("student");
        try (Teacher teacher = teacher(prediction);
                Student student = train(teacher, config().optimiser(FAST))) {
            student.save(saved);
            try (Student loaded = Student.load(saved, device())) {
                assertTrue(loaded.hasTwoTimes());
                assertEquals(3, loaded.nullLabel());
                for (int steps : new int[] {1, 2, 4}) {
                    assertArrayEquals(sample(student, steps), sample(loaded, steps), prediction + ", " + steps + " steps");
                }
                assertFalse(Arrays.equals(sample(loaded, 1), sample(loaded, 2)));
            }
            assertThrows(ModelFormatException.class, () -> Teacher.load(saved, device()), "not of the format");
        }
    }

    @Test
    void bothTimesGoWithARangeOfGuidance() throws IOException {
        Path whole = temp.resolve("whole");
        Path single = temp.resolve("single");
        try (Teacher teacher = teacher("v_prediction");
                Student student = train(teacher,
                        config().optimiser(FAST).guidance(1, 4))) {
            student.save(whole);
            student.save(single, 3);
            float[] expected = student.sample(REQUEST.withGuidance(3).withSteps(2));
            try (Student loaded = Student.load(whole, device()); Student folded = Student.load(single, device())) {
                assertArrayEquals(expected, loaded.sample(REQUEST.withGuidance(3).withSteps(2)));
                assertFalse(Arrays.equals(expected, loaded.sample(REQUEST.withGuidance(2).withSteps(2))));
                Golden.values("folded", expected, sample(folded, 2));
            }
        }
    }

    @Test
    void wrongNumbersOfStepsAreRefused() throws IOException {
        try (Teacher teacher = teacher("v_prediction");
                Student one = train(teacher, config().objective(Bootstrap.defaults()));
                Student two = train(teacher, config())) {
            assertEquals(1, one.mostSteps());
            assertRefused("steps is 2, must be 1 for this student", () -> sample(one, 2));
            assertRefused("steps is 0, must be at least 1", () -> sample(two, 0));
            assertRefused("steps is 1001, must be 1 … 1000", () -> sample(two, 1_001));
        }
    }

    @Test
    void networkWithTwoTimesNeedsRestarts() {
        MixtureTeacher teacher = new MixtureTeacher(new FlowSchedule(), MixtureTeacher.ring(3, 1), 0.4, true);
        BootDistiller distiller = new BootDistiller(teacher, new Mlp(2, 8, 1, 4).withScalar("s"), device());
        assertRefused("restartShare is 0.0", () -> {
            try (Student student = distiller.train(config().objective(Bootstrap.defaults()).build())) {
                student.shape();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static void assertRefused(String start, Runnable call) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, call::run, start);
        assertTrue(refused.getMessage().startsWith(start), refused.getMessage());
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }
}
