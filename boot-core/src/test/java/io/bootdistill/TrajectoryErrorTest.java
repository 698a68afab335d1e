package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.GuidanceConfig;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.internal.sampling.StudentPlan;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.metric.PairedError;
import io.bootdistill.network.Mlp;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Delta;
import io.bootdistill.objective.DeltaSchedule;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("convergence")
class TrajectoryErrorTest {

    private static final int NOISES = 200;

    private final MixtureTeacher teacher = new MixtureTeacher(new FlowSchedule(), MixtureTeacher.ring(4, 1.0), 0.4, true);
    private final double most = teacher.schedule().tMax();
    private final double least = teacher.schedule().tMin();
    private final double[] times = {most, 0.8, 0.5, 0.2, least};
    private final SampleRequest request;

    TrajectoryErrorTest() {
        int[] labels = new int[NOISES];
        for (int i = 0; i < NOISES; i++) {
            labels[i] = i % 5;
        }
        request = SampleRequest.ofSeeds(HeldOut.seeds(NOISES)).withLabels(labels);
    }

    private Student train(long steps) throws IOException {
        DistillationConfig config = DistillationConfig.builder()
                .objective(Bootstrap.defaults().withDelta(new Delta(0.1, 0.02, DeltaSchedule.GEOMETRIC))).noCorrector()
                .batch(128).block(32).lanes(4).images(128 * steps).seed(7)
                .optimiser(OptimiserConfig.ofStudents().withRate(3e-3).withWarmupImages(2_000).withEmaHalfLife(3_000))
                .heldOut(0).guidance(GuidanceConfig.defaults().withNullProbability(0.2)).build();
        return new BootDistiller(teacher, new Mlp(2, 64, 2, 5), Devices.named("reference")).train(config);
    }

    /** At both ends against what is known otherwise: the sample and a fine solution, the teacher's first prediction. */
    @Test
    void endsAreKnown() throws IOException {
        try (Student student = train(3)) {
            double[] errors = TrajectoryError.of(student, teacher, null, request, times, 300);
            float[] exact = Sampler.reference(teacher, SignalOde.Solver.HEUN, 400).sample(request);
            float[] samples = student.sample(request);
            assertEquals(PairedError.rmse(samples, exact), errors[times.length - 1], 1e-3);

            float[] start = Sampler.reference(teacher, 1).sample(request);
            float[] signal = new float[start.length];
            try (StudentPlan plan = new StudentPlan(student.resolved(), NOISES)) {
                plan.run(request, 0, NOISES, 1, null, new double[] {most, most}, FloatBuffer.wrap(signal), 0);
            }
            assertEquals(PairedError.rmse(signal, start), errors[0], 1e-6);
        }
    }

    @Test
    void trainingReducesItAtEachTime() throws IOException {
        try (Student untrained = train(3); Student trained = train(600)) {
            double[] before = TrajectoryError.of(untrained, teacher, null, request, times, 200);
            double[] after = TrajectoryError.of(trained, teacher, null, request, times, 200);
            for (int i = 0; i < times.length; i++) {
                assertTrue(after[i] < before[i] / 4, "t = " + times[i] + ": " + before[i] + " before, " + after[i] + " after");
            }
        }
    }

    @Test
    void guidanceChangesThePath() throws IOException {
        try (Student student = train(3)) {
            double plain = TrajectoryError.of(student, teacher, null, request, new double[] {0.3}, 50)[0];
            double one = TrajectoryError.of(student, teacher, new Guidance(1, 4), request, new double[] {0.3}, 50)[0];
            double three = TrajectoryError.of(student, teacher, new Guidance(3, 4), request, new double[] {0.3}, 50)[0];
            assertEquals(plain, one, 1e-5);
            assertTrue(Math.abs(three - plain) > 0.01, plain + " and " + three);
        }
    }

    @Test
    void wrongTimesAreRefused() throws IOException {
        try (Student student = train(3)) {
            for (double[] wrong : new double[][] {{}, {0.5, 0.6}, {most + 0.1, 0.5}, {0.5, -0.1}, {Double.NaN}}) {
                assertThrows(IllegalArgumentException.class,
                        () -> TrajectoryError.of(student, teacher, null, request, wrong, 10));
            }
        }
    }

    @Test
    void foldedStudentIsRefused(@TempDir Path folder) throws IOException {
        TinyTeacher.write(folder.resolve("teacher"), "v_prediction");
        try (Teacher tiny = Teacher.load(folder.resolve("teacher"), Devices.named("reference"))) {
            DistillationConfig config = DistillationConfig.builder().batch(4).images(4).heldOut(0).build();
            SampleRequest few = SampleRequest.ofSeeds(1, 2).withLabels(0, 0);
            double[] ends = {tiny.schedule().tMax(), tiny.schedule().tMin()};
            try (Student student = new BootDistiller(tiny).train(config)) {
                assertEquals(2, TrajectoryError.of(student, tiny, null, few, ends, 3).length);
                student.save(folder.resolve("student"));
            }
            try (Student read = Student.load(folder.resolve("student"), Devices.named("reference"))) {
                assertTrue(assertThrows(IllegalArgumentException.class,
                        () -> TrajectoryError.of(read, tiny, null, few, ends, 3)).getMessage().contains("folded"));
            }
        }
    }
}
