package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.format.TimestepSpacing;
import io.bootdistill.internal.sampling.Samples;
import io.bootdistill.metric.PairedError;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;
import io.bootdistill.selftest.RecordingDevice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplerTest {

    private static final long[] SEEDS = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    private static final float[] LABELS = {0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2};

    @TempDir
    Path temp;

    private Teacher teacher;
    private float[] noise;
    private SampleRequest request;

    @BeforeEach
    void open() throws IOException {
        TinyTeacher.write(temp.resolve("teacher"), "v_prediction");
        teacher = Teacher.load(temp.resolve("teacher"), Devices.named("reference"));
        noise = Samples.noise(teacher.shape(), SEEDS);
        request = SampleRequest.ofNoise(noise).withConditions(LABELS);
    }

    @AfterEach
    void close() {
        teacher.close();
    }

    /** The same teacher as a function: what a user would write. */
    private Denoiser asFunction() {
        return new Denoiser() {
            @Override
            public ImageShape shape() {
                return teacher.shape();
            }

            @Override
            public NoiseSchedule schedule() {
                return teacher.schedule();
            }

            @Override
            public ConditionShape condition() {
                return teacher.condition();
            }

            @Override
            public int nullLabel() {
                return teacher.nullLabel();
            }

            @Override
            public void predict(int n, float[] x, double[] t, float[] condition, float[] f) {
                int size = shape().size();
                float[] result = new float[n * size];
                teacher.predict(n, Arrays.copyOf(x, n * size), t, Arrays.copyOf(condition, n), result);
                System.arraycopy(result, 0, f, 0, result.length);
            }
        };
    }

    @Test
    void resultDependsOnNeitherBatchNorWorkers() {
        Sampler sampler = Sampler.reference(teacher, Solver.HEUN, 4);
        float[] together = sampler.sample(request.withWorkers(3));
        assertArrayEquals(together, sampler.sample(request.withWorkers(1)));
        int size = teacher.shape().size();
        for (int i = 0; i < SEEDS.length; i++) {
            float[] one = Arrays.copyOfRange(noise, i * size, (i + 1) * size);
            float[] alone = sampler.sample(SampleRequest.ofNoise(one).withConditions(new float[] {LABELS[i]}));
            assertArrayEquals(Arrays.copyOfRange(together, i * size, (i + 1) * size), alone);
        }
    }

    @Test
    void oneStepIsThePredictionAtTheNoisyEnd() {
        float[] f = new float[noise.length];
        double[] t = new double[SEEDS.length];
        Arrays.fill(t, teacher.schedule().tMax());
        teacher.predict(SEEDS.length, noise, t, LABELS, f);
        assertArrayEquals(f, Sampler.reference(teacher, 1).sample(request), 1e-6f);
        assertEquals(1, Sampler.reference(teacher, 1).evaluations());
        assertEquals(51, Sampler.reference(teacher, 50).evaluations());
        assertEquals(8, Sampler.reference(teacher, Solver.HEUN, 4).evaluations()); // 1 + 3·2 + 1
    }

    /** In blocks of eight, by any number of threads; the plans of the first calls serve the later ones. */
    @Test
    void predictionsOfSeveralThreadsAreThoseOfOne() throws IOException {
        RecordingDevice device = new RecordingDevice(Devices.named("reference"));
        int n = 19;
        int size = teacher.shape().size();
        float[] x = Samples.noise(teacher.shape(), LongStream.range(0, n).toArray());
        double[] t = new double[n];
        Arrays.setAll(t, i -> 0.04 * (i + 1));
        float[] labels = new float[n];
        Teacher tested = Teacher.load(temp.resolve("teacher"), device);
        float[] together = new float[x.length];
        tested.predict(n, x, t, labels, together);
        int allocations = device.allocations();
        tested.predict(n, x, t, labels, x.clone());
        assertEquals(allocations, device.allocations(), "later calls allocate nothing");
        IntStream.range(0, 200).parallel().forEach(k -> {
            int i = k % n;
            float[] alone = new float[size];
            tested.predict(1, Arrays.copyOfRange(x, i * size, (i + 1) * size), new double[] {t[i]}, new float[1], alone);
            assertArrayEquals(Arrays.copyOfRange(together, i * size, (i + 1) * size), alone);
        });
        refused("the length of x is " + (size - 1), () -> tested.predict(1, new float[size - 1], t, labels, together));
        refused("the length of t is 0", () -> tested.predict(1, x, new double[0], labels, together));
        refused("the length of condition is 0", () -> tested.predict(1, x, t, null, together));
        refused("the length of f is 1", () -> tested.predict(1, x, t, labels, new float[1]));
        refused("label 0 is 9.0, must be a whole number 0 … 3", () -> tested.predict(1, x, t, new float[] {9}, together));
        tested.close();
        tested.close();
        assertEquals("the teacher is closed", assertThrows(
                IllegalStateException.class, () -> tested.predict(1, x, t, labels, together)).getMessage());
    }

    @Test
    void solversMeetInTheLimit() {
        float[] fine = Sampler.reference(teacher, Solver.HEUN, 60).sample(request);
        double coarse = PairedError.rmse(fine, Sampler.reference(teacher, Solver.DDIM, 5).sample(request));
        double ddim = PairedError.rmse(fine, Sampler.reference(teacher, Solver.DDIM, 60).sample(request));
        double heun = PairedError.rmse(fine, Sampler.reference(teacher, Solver.HEUN, 30).sample(request));
        assertTrue(ddim < coarse / 4, "DDIM: " + coarse + " with 5 steps, " + ddim + " with 60");
        assertTrue(heun < ddim, "Heun with 30 steps: " + heun + ", DDIM with 60: " + ddim);
    }

    @Test
    void guidanceIsTheExtrapolationFromTheNullLabel() {
        Guidance guidance = new Guidance(2.5, teacher.nullLabel());
        float[] guided = Sampler.reference(teacher, 1).withGuidance(guidance).sample(request);
        float[] conditional = Sampler.reference(teacher, 1).sample(request);
        float[] nulls = new float[LABELS.length];
        Arrays.fill(nulls, teacher.nullLabel());
        float[] unconditional = Sampler.reference(teacher, 1).sample(request.withConditions(nulls));
        float[] expected = new float[noise.length];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = unconditional[i] + 2.5f * (conditional[i] - unconditional[i]);
        }
        assertArrayEquals(expected, guided, 1e-5f);
        assertThrows(IllegalArgumentException.class,
                () -> Sampler.reference(teacher, 1).withGuidance(new Guidance(2, 4)), "a null label out of range");
    }

    @Test
    void clipLimitsThePrediction() {
        float[] clipped = Sampler.reference(teacher, 1).withClip(0.1).sample(request);
        float[] free = Sampler.reference(teacher, 1).sample(request);
        for (int i = 0; i < free.length; i++) {
            assertEquals(Math.max(-0.1f, Math.min(0.1f, free[i])), clipped[i], 1e-6f);
        }
    }

    @Test
    void teacherAsAFunctionSamplesTheSame() {
        Guidance guidance = new Guidance(1.5, teacher.nullLabel());
        for (Solver solver : Solver.values()) {
            float[] network = Sampler.reference(teacher, solver, 3).withGuidance(guidance).sample(request);
            float[] function = Sampler.reference(asFunction(), solver, 3).withGuidance(guidance).sample(request);
            Golden.values(solver.name(), network, function);
        }
    }

    @Test
    void spacings() {
        float[] fine = Sampler.reference(teacher, Solver.HEUN, 60).sample(request);
        for (TimestepSpacing spacing : TimestepSpacing.values()) {
            double few = PairedError.rmse(fine, Sampler.discrete(teacher, Solver.DDIM, spacing, 4).sample(request));
            double many = PairedError.rmse(fine, Sampler.discrete(teacher, Solver.DDIM, spacing, 100).sample(request));
            assertTrue(many < few && many < 0.05, spacing + ": " + few + " with 4 steps, " + many + " with 100");
        }
    }

    @Test
    void badInputsAreRefusedByName() {
        Sampler sampler = Sampler.reference(teacher, 2);
        refused("noise has 5 values", () -> sampler.sample(SampleRequest.ofNoise(new float[5]).withConditions(LABELS)));
        refused("condition has 0 values", () -> sampler.sample(request.withConditions(null)));
        float[] wrong = LABELS.clone();
        wrong[3] = 4;
        refused("label 3 is 4.0, must be a whole number 0 … 3", () -> sampler.sample(request.withConditions(wrong)));
        refused("steps is 0", () -> Sampler.reference(teacher, 0));
        refused("workers is 0", () -> request.withWorkers(0));
        refused("clip is -1.0", () -> sampler.withClip(-1));
    }

    private static void refused(String message, Runnable call) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, call::run);
        assertTrue(refused.getMessage().startsWith(message), refused.getMessage());
    }
}
