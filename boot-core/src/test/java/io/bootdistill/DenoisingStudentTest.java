package io.bootdistill;

import static io.bootdistill.GaussianStudent.MEAN;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.format.TimestepSpacing;
import io.bootdistill.selftest.RecordingDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Students that denoise states of their own: what they sample in a step or a few. */
@Tag("fast")
public class DenoisingStudentTest {

    private static final long[] SEEDS = LongStream.range(100, 111).toArray();
    private static final int[] LABELS = new int[SEEDS.length];
    private static final SampleRequest REQUEST = SampleRequest.ofSeeds(SEEDS).withLabels(LABELS);

    @TempDir
    Path temp;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private Teacher teacher(String prediction, Device device) throws IOException {
        TinyTeacher.write(temp.resolve(prediction), prediction);
        return Teacher.load(temp.resolve(prediction), device);
    }

    /**
     * Two steps, at 1 and ½, of what is learnt from four DDIM steps of a Gaussian teacher with the ends ½ and clean, with one end,
     * and from its exact path: the deviation of the samples, and how each is made.
     */
    @ParameterizedTest
    @CsvSource({
        "DDIM, 0.054054054, 0.646153846, 0.340541",
        "DDIM, 0.340540541, 0.646153846, 0.433098",
        "RENOISE, 0.340540541, 0.646153846, 0.341296",
        "DDIM, 0.5, 0.894427191, 0.670820",
        "RENOISE, 0.5, 0.894427191, 0.5"
    })
    void deviationsOfAGaussian(FewSteps sampler, double atNoise, double atHalf, double expected) {
        double first = atHalf * atNoise / 2;
        double again = atHalf / 2;
        assertEquals(expected, sampler == FewSteps.DDIM ? first + again : Math.hypot(first, again), 1e-6);
        try (Student student = GaussianStudent.of(device(), atNoise, atHalf, sampler)) {
            float[] one = student.sample(SampleRequest.ofSeeds(SEEDS));
            float[] two = student.sample(SampleRequest.ofSeeds(SEEDS).withSteps(2));
            for (int i = 0; i < SEEDS.length; i++) {
                double noise = Philox.normal(SEEDS[i], 0, 0);
                double second = sampler == FewSteps.DDIM ? noise : Philox.normal(SEEDS[i], 1, 0);
                assertEquals(MEAN + atNoise * noise, one[i], 1e-6);
                assertEquals(MEAN + first * noise + again * second, two[i], 1e-6);
            }
        }
    }

    /** Of a teacher's weights, the sampler of the format, whose states are exactly those, also where t_max has signal left. */
    @ParameterizedTest
    @CsvSource({
        "v_prediction, squaredcos_cap_v2, 1", "v_prediction, squaredcos_cap_v2, 2", "v_prediction, squaredcos_cap_v2, 50",
        "v_prediction, linear, 4", "epsilon, linear, 2", "sample, linear, 3"
    })
    void stepsAsTheFormatDoes(String prediction, String betas, int steps) throws IOException {
        TinyTeacher.write(temp.resolve("teacher"), prediction);
        Path scheduler = temp.resolve("teacher/scheduler/scheduler_config.json");
        Files.writeString(scheduler, Files.readString(scheduler).replace("squaredcos_cap_v2", betas));
        try (Teacher teacher = Teacher.load(temp.resolve("teacher"), device());
                Student student = DenoisingStudents.of(teacher, FewSteps.DDIM)) {
            assertEquals(betas.equals("linear"), teacher.schedule().alpha(teacher.schedule().tMax()) > 0.5);
            Sampler stock = Sampler.discrete(teacher, Solver.DDIM, TimestepSpacing.TRAILING, steps);
            Golden.values(steps + " steps", stock.sample(REQUEST), student.sample(REQUEST.withSteps(steps)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void samplesDependOnTheirSeedAlone(FewSteps sampler) throws IOException {
        try (Teacher teacher = teacher("v_prediction", device()); Student student = DenoisingStudents.of(teacher, sampler)) {
            SampleRequest request = REQUEST.withSteps(3);
            float[] together = student.sample(request);
            assertArrayEquals(together, student.sample(request.withWorkers(1)));
            int size = teacher.shape().size();
            for (int i = 0; i < SEEDS.length; i++) {
                float[] expected = Arrays.copyOfRange(together, i * size, (i + 1) * size);
                SampleRequest alone = SampleRequest.ofSeeds(SEEDS[i]).withLabels(0).withSteps(3);
                assertArrayEquals(expected, student.sample(alone));
                float[] noise = new float[size];
                alone.writeNoise(teacher.shape(), 0, 1, noise);
                SampleRequest given = SampleRequest.ofNoise(noise).withLabels(0).withSteps(3);
                assertArrayEquals(expected, student.sample(given.withSeeds(SEEDS[i])), "the same noise, and seeds of more");
                assertArrayEquals(student.sample(given), student.sample(given.withSeeds(0)), "image 0");
            }
        }
    }

    /** Of more pictures than are drawn at a time, from noise: the seeds of what is drawn besides are the request's. */
    @Test
    void noiseThatIsGivenIsNoisedBySeeds() {
        try (Student student = GaussianStudent.of(device(), 0.5, 0.5, FewSteps.RENOISE)) {
            float[] noise = TinyFolders.normal(150, 1);
            DrawRequest request = DrawRequest.ofCount(150).withNoise(noise).withSteps(2);
            float[] found = student.latents(request);
            assertArrayEquals(found, student.latents(request.withSeed(0)), "unless said otherwise");
            float[] others = student.latents(request.withSeed(7));
            for (int i = 0; i < 150; i++) {
                assertEquals(MEAN + noise[i] / 8 + Philox.normal(i, 1, 0) / 4, found[i], 1e-6);
                assertEquals(MEAN + noise[i] / 8 + Philox.normal(7 + i, 1, 0) / 4, others[i], 1e-6);
            }
        }
    }

    @Test
    void requestChoosesTheSampler() throws IOException {
        try (Teacher teacher = teacher("sample", device());
                Student ddim = DenoisingStudents.of(teacher, FewSteps.DDIM);
                Student renoised = DenoisingStudents.of(teacher, FewSteps.RENOISE)) {
            assertEquals(100, ddim.mostSteps(), "the schedule's times");
            assertEquals(50, renoised.mostSteps());
            SampleRequest request = REQUEST.withSteps(2);
            assertArrayEquals(ddim.sample(request), renoised.sample(request.withSampler(FewSteps.DDIM)));
            assertArrayEquals(renoised.sample(request), ddim.sample(request.withSampler(FewSteps.RENOISE)));
            assertArrayEquals(ddim.sample(REQUEST), renoised.sample(REQUEST), "one step has no choice");
            assertNotEquals(Arrays.hashCode(ddim.sample(request)), Arrays.hashCode(renoised.sample(request)));
            DrawRequest drawn = DrawRequest.ofLabels(0).withSteps(2);
            assertArrayEquals(renoised.latents(drawn), ddim.latents(drawn.withSampler(FewSteps.RENOISE)));
            assertRefused("steps is 51, must be 1 … 50", () -> ddim.sample(REQUEST.withSampler(FewSteps.RENOISE).withSteps(51)));
            assertRefused("steps is 51, must be 1 … 50", () -> renoised.sample(REQUEST.withSteps(51)));
            assertRefused("steps is 101, must be 1 … 100", () -> ddim.sample(REQUEST.withSteps(101)));
            assertRefused("the number of seeds is 1, must be 11", () -> ddim.sample(
                    SampleRequest.ofNoise(new float[11 * 64]).withSeeds(1).withLabels(LABELS)));
            assertRefused("seeds is 2 of them", () -> REQUEST.withSeeds(1, 2));
            assertRefused("sampler is DDIM, must be left out of the request",
                    () -> Sampler.reference(teacher, 2).sample(REQUEST.withSampler(FewSteps.DDIM)));
            assertRefused("sampler is DDIM, must be left out: a teacher's",
                    () -> teacher.latents(DrawRequest.ofLabels(0).withSampler(FewSteps.DDIM), null));
            assertRefused("the student is one that denoises", () -> TrajectoryError.of(
                    ddim, teacher, null, REQUEST, new double[] {0.5, 0}, 2));
        }
    }

    @Test
    void studentOfPureNoiseTakesNoSampler() {
        try (Student student = GaussianStudent.of(device(), 0.5, 0.5, null)) {
            assertEquals(1, student.mostSteps());
            SampleRequest request = SampleRequest.ofSeeds(1);
            assertRefused("sampler is RENOISE, must be left out for this student, which reads pure noise; those that denoise have"
                    + " [DDIM, RENOISE]", () -> student.sample(request.withSampler(FewSteps.RENOISE)));
            assertRefused("steps is 2, must be 1 for this student", () -> student.sample(request.withSteps(2)));
        }
    }

    @Test
    void laterCallsAllocateNoDeviceMemory() throws IOException {
        RecordingDevice device = new RecordingDevice(device());
        try (Teacher teacher = teacher("v_prediction", device); Student student = DenoisingStudents.of(teacher, FewSteps.DDIM)) {
            float[] samples = student.sample(REQUEST.withSteps(4));
            int allocations = device.allocations();
            for (FewSteps sampler : FewSteps.values()) {
                student.sample(REQUEST.withSteps(4).withSampler(sampler), samples);
            }
            assertEquals(allocations, device.allocations());
        }
    }

    private static void assertRefused(String start, Runnable call) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, call::run, start);
        assertTrue(refused.getMessage().startsWith(start), refused.getMessage());
    }
}
