package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.format.BetaSchedule;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.diffusers.DiffusersFolder;
import io.bootdistill.internal.sampling.Samples;
import io.bootdistill.internal.sampling.StudentPlan;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.metric.PairedError;
import io.bootdistill.network.Graph;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Boundary;
import io.bootdistill.objective.Delta;
import io.bootdistill.objective.DeltaSchedule;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Students of ε-prediction teachers: where they start, what they learn there, and what becomes of a schedule when exported. */
@Tag("fast")
public class EpsilonTeacherTest {

    private static final double LEAST_ALPHA = 1e-2;

    /** Noises that no run is trained on. */
    private static final long[] SEEDS = LongStream.range(1_000_000, 1_000_064).toArray();

    private static final float[] LABELS = new float[SEEDS.length];

    static {
        for (int i = 0; i < LABELS.length; i++) {
            LABELS[i] = i % 4;
        }
    }

    @TempDir
    Path temp;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    /** The indices are those of the first α below 1e-2, less one, by the formula of each schedule in double. */
    @ParameterizedTest
    @CsvSource({"LINEAR, 953", "SCALED_LINEAR, 999", "SQUAREDCOS_CAP_V2, 992"})
    void startsWhereAlphaIsSafe(BetaSchedule schedule, int lastIndex) throws IOException {
        SchedulerConfig scheduler = SchedulerConfig.of(schedule, PredictionType.EPSILON);
        UNetConfig network = UNetConfig.of(SyntheticImages.SHAPE, List.of(8, 8), 1, 4);
        TeacherTrainingConfig training = TeacherTrainingConfig.builder().batch(4).images(4).nullLabel(3).build();
        DistillationConfig distillation = DistillationConfig.builder().batch(4).block(2).images(8).heldOut(0).build();
        Path saved = temp.resolve("student");
        try (Teacher teacher =
                        new TeacherTrainer(network, scheduler, device()).train(SyntheticImages.labelled(6, 1), training);
                Student student = new BootDistiller(teacher).train(distillation)) {
            NoiseSchedule noise = teacher.schedule();
            double last = scheduler.numTrainTimesteps() - 1;
            assertEquals(lastIndex, noise.networkTime(noise.tMax()), 1e-9);
            assertTrue(noise.alpha(noise.tMax()) >= LEAST_ALPHA);
            assertTrue(lastIndex == last || noise.alpha((lastIndex + 1) / last) < LEAST_ALPHA);
            student.save(saved);
            SchedulerConfig exported = DiffusersFolder.open(saved).scheduler();
            assertEquals(lastIndex + 1, exported.numTrainTimesteps());
            assertEquals(PredictionType.SAMPLE, exported.predictionType());
            long[] seeds = {1, 2, 3};
            int[] labels = {0, 2, 3};
            try (Student loaded = Student.load(saved, device())) {
                Golden.values("reloaded", student.sample(seeds, labels), loaded.sample(seeds, labels));
            }
        }
    }

    /**
     * The head y = −F starts far from f_φ(ε, t_max), limited as the scheduler says, and bootstrapping with a boundary loss leads
     * there. The steps are short, so that a wrong boundary would outweigh them.
     */
    @Test
    void boundaryIsLearnt() throws IOException {
        ImageShape shape = new ImageShape(1, 4, 4);
        UNet network = new UNet(UNetConfig.of(shape, List.of(8), 1, 4));
        Model model = new Model(Graph.of(network), device(), false);
        model.initialize(11);
        Bootstrap bootstrap = Bootstrap.defaults()
                .withDelta(new Delta(0.002, 0.002, DeltaSchedule.GEOMETRIC)).withBoundary(new Boundary.Atom(0.25));
        DistillationConfig.Builder config = DistillationConfig.builder().objective(bootstrap).noCorrector()
                .batch(16).block(8).seed(5).heldOut(0)
                .optimiser(OptimiserConfig.ofStudents().withWarmupImages(0).withEmaHalfLife(0));
        try (Teacher teacher = new Teacher(
                        network, SchedulerConfig.of(BetaSchedule.LINEAR, PredictionType.EPSILON), 3, model);
                Student untrained = new BootDistiller(teacher).train(config.images(16).learningRate(1e-30).build());
                Student student = new BootDistiller(teacher).train(config.images(16 * 100).learningRate(1e-2).build())) {
            float[] noise = Samples.noise(shape, SEEDS);
            double[] most = new double[SEEDS.length];
            Arrays.fill(most, teacher.schedule().tMax());
            float[] f = new float[noise.length];
            teacher.predict(SEEDS.length, noise, most, LABELS, f);
            double alpha = teacher.schedule().alpha(most[0]);
            double sigma = teacher.schedule().sigma(most[0]);
            float[] start = new float[noise.length];
            for (int i = 0; i < start.length; i++) {
                start[i] = (float) ((alpha * f[i] - noise[i]) / sigma); // f = (ε − σ F)/α
            }
            float[] boundary = PairedError.clamp(f);
            float[] first = atTheNoisyEnd(untrained, teacher, noise);
            Golden.values("−F", start, first);
            double before = Math.pow(PairedError.rmse(boundary, first), 2);
            double after = Math.pow(PairedError.rmse(boundary, atTheNoisyEnd(student, teacher, noise)), 2);
            System.getLogger(getClass().getName()).log(
                    System.Logger.Level.INFO, "boundary loss: {0} before, {1} after", before, after);
            assertTrue(after < before / 2, "the boundary loss fell from " + before + " to " + after + " only");
        }
    }

    private static float[] atTheNoisyEnd(Student student, Teacher teacher, float[] noise) {
        double most = teacher.schedule().tMax();
        float[] signals = new float[noise.length];
        try (StudentPlan plan = new StudentPlan(student.resolved(), SEEDS.length)) {
            SampleRequest request = SampleRequest.ofNoise(noise).withConditions(LABELS);
            plan.run(request, 0, SEEDS.length, 1, null, new double[] {most, most}, FloatBuffer.wrap(signals), 0);
        }
        return signals;
    }
}
