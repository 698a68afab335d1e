package io.bootdistill.internal.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BootDistiller;
import io.bootdistill.DistillationListener;
import io.bootdistill.Golden;
import io.bootdistill.Sampler;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.TinyTeacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.GuidanceInterval;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.metric.PairedError;
import io.bootdistill.objective.Bootstrap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dynamic thresholding: alone, in the sampler and in distillation. */
@Tag("fast")
class DynamicThresholdTest {

    private static final long[] SEEDS = {1, 2, 3};
    private static final int[] LABELS = {0, 2, 3};

    @TempDir
    Path temp;

    private static float[] limited(double ratio, double most, float... values) {
        new DynamicThreshold(ratio, most).limit(values, 0, values.length, new float[values.length]);
        return values;
    }

    @Test
    void quantileIsLinearBetweenTwoValues() {
        // |f| sorted: 0, 1, 2, 4; the quantile 0.75 is at 2.25, a quarter between 2 and 4
        assertArrayEquals(new float[] {-1, 0, 0.8f, 0.4f}, limited(0.75, 10, -4, 0, 2, 1), 1e-6f);
        assertArrayEquals(new float[] {-1, 0, 0.5f, 0.25f}, limited(1, 10, -4, 0, 2, 1), 1e-6f);
    }

    @Test
    void thresholdIsAtLeastOneAndAtMostTheLargest() {
        assertArrayEquals(new float[] {-0.5f, 0.25f}, limited(1, 10, -0.5f, 0.25f), "smaller values are as they were");
        assertArrayEquals(new float[] {-1, 1, 0.5f}, limited(1, 2, -4, 3, 1), 1e-6f);
        assertArrayEquals(new float[] {-1, 1, 0.5f}, limited(0, 1, -4, 3, 0.5f), 1e-6f);
    }

    @Test
    void samplesAreLimitedOneByOne() {
        float[] values = {9, 9, 3, -1, 9};
        new DynamicThreshold(1, 5).limit(values, 2, 2, new float[2]);
        assertArrayEquals(new float[] {9, 9, 1, -1 / 3f, 9}, values);
    }

    private Teacher teacher(String name, String keys) throws IOException {
        Path folder = temp.resolve(name);
        TinyTeacher.write(folder, "epsilon");
        Path scheduler = folder.resolve("scheduler/scheduler_config.json");
        Files.writeString(scheduler, Files.readString(scheduler).replaceFirst("\\{", "{" + keys + ","));
        return Teacher.load(folder, Devices.named("reference"));
    }

    /** One step of the reference sampler is f(ε, t_max), here guided and then limited. */
    @Test
    void samplerLimitsTheGuidedPrediction() throws IOException {
        try (Teacher teacher = teacher("most-3",
                "\"thresholding\": true, \"dynamic_thresholding_ratio\": 0.9, \"sample_max_value\": 3")) {
            Sampler guided = Sampler.reference(teacher, 1).withGuidance(new Guidance(2.5, 3));
            float[] free = guided.sample(SEEDS, LABELS);
            int size = teacher.shape().size();
            double largest = 0;
            for (int i = 0; i < SEEDS.length; i++) {
                new DynamicThreshold(0.9, 3).limit(free, i * size, size, new float[size]);
            }
            for (float value : guided.sample(SEEDS, LABELS)) {
                largest = Math.max(largest, Math.abs(value));
            }
            assertTrue(largest > 3, "nothing to limit: " + largest);
            Golden.values("limited", free, guided.withSchedulerLimits().sample(SEEDS, LABELS));
        }
    }

    /** A threshold of 1 is the clip at 1: the way over the host is that of the device, guided at some times alone, too. */
    @Test
    void samplingWithAThresholdOfOneIsSamplingWithTheClip() throws IOException {
        Guidance guidance = new Guidance(2.5, 3, new GuidanceInterval(0.2, 0.7), 0);
        try (Teacher limited = teacher("limited", "\"thresholding\": true, \"sample_max_value\": 1");
                Teacher clipped = teacher("clipped", "\"clip_sample\": true")) {
            float[] expected = Sampler.reference(clipped, 5).withGuidance(guidance).withSchedulerLimits().sample(SEEDS, LABELS);
            float[] free = Sampler.reference(clipped, 5).withGuidance(guidance).sample(SEEDS, LABELS);
            assertTrue(PairedError.rmse(expected, free) > 1e-3, "nothing to limit");
            Golden.values("limited", expected,
                    Sampler.reference(limited, 5).withGuidance(guidance).withSchedulerLimits().sample(SEEDS, LABELS));
        }
    }

    /**
     * A threshold of 1 is the clip at 1, so the students are the same, and so is what they are measured with; for one scale, and
     * where each sample has its own.
     */
    @ParameterizedTest
    @ValueSource(doubles = {0, 4})
    void distillationWithAThresholdOfOneIsDistillationWithTheClip(double guidanceMost) throws IOException {
        DistillationConfig config = DistillationConfig.builder().objective(Bootstrap.defaults()).noCorrector()
                .batch(6).block(2).lanes(2).images(12).optimiser(OptimiserConfig.ofStudents().withWarmupImages(0))
                .guidance(2, Math.max(2, guidanceMost)).heldOut(8).referenceSteps(3).build();
        double[] rmse = new double[2];
        float[][] samples = new float[2][];
        String[] keys = {"\"thresholding\": true, \"sample_max_value\": 1", "\"clip_sample\": true"};
        for (int i = 0; i < 2; i++) {
            int run = i;
            try (Teacher teacher = teacher("limit-" + i, keys[i]);
                    Student student = new BootDistiller(teacher).listener(new DistillationListener() {
                        @Override
                        public void quality(Quality quality) {
                            rmse[run] = quality.pairedRmse();
                        }
                    }).train(config)) {
                samples[i] = student.sample(SEEDS, LABELS);
            }
        }
        assertEquals(rmse[0], rmse[1], 1e-4 * rmse[1]);
        for (int i = 0; i < samples[0].length; i++) {
            assertEquals(samples[1][i], samples[0][i], 1e-3, "value " + i); // Adam divides rounding errors by small gradients
        }
    }
}
