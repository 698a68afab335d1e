package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.network.Mlp;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** A small network learns the map of an analytic teacher from noise to sample. */
public class MixtureDistillationTest {

    private static final int NOISES = 512;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private static DistillationConfig.Builder config() {
        return DistillationConfig.builder()
                .batch(128).block(32).lanes(4).images(128 * 1200L).seed(7)
                .learningRate(3e-3).warmupImages(2_000).emaHalfLife(3_000)
                .deltaStart(0.1).deltaEnd(0.02).heldOut(0);
    }

    @Test
    void reproducesTheFineSolversMap() throws IOException {
        NoiseSchedule schedule = NoiseSchedule.flow();
        MixtureTeacher teacher = new MixtureTeacher(schedule, MixtureTeacher.ring(4, 1.0), 0.4, false);
        double before;
        double after;
        try (Student untrained = new BootDistiller(teacher, new Mlp(2, 64, 2, 0), device())
                        .train(config().images(128).warmupImages(1 << 20).build());
                Student student = new BootDistiller(teacher, new Mlp(2, 64, 2, 0), device()).train(config().build())) {
            before = error(untrained, teacher);
            after = error(student, teacher);
        }
        System.getLogger(getClass().getName()).log(System.Logger.Level.INFO,
                "RMS to the fine solver''s map: {0} before, {1} after", before, after);
        assertTrue(after < 0.1, "RMS to the fine solver's map is " + after);
        assertTrue(after < before / 8, "training improved the RMS from " + before + " to " + after + " only");
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
                    SignalOde.Solver.HEUN, teacher::predict, new double[] {noise[2 * i], noise[2 * i + 1]}, 400);
            sum += Math.pow(samples[2 * i] - exact[0], 2) + Math.pow(samples[2 * i + 1] - exact[1], 2);
        }
        return Math.sqrt(sum / (2 * NOISES));
    }

    @Test
    void resultDoesNotDependOnTheNumberOfWorkers() throws IOException {
        MixtureTeacher teacher = new MixtureTeacher(NoiseSchedule.flow(), MixtureTeacher.ring(4, 1.0), 0.4, true);
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
        MixtureTeacher teacher = new MixtureTeacher(NoiseSchedule.flow(), MixtureTeacher.ring(4, 1.0), 0.4, false);
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
