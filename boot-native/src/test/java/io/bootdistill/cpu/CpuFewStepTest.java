package io.bootdistill.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BootDistiller;
import io.bootdistill.BundledTeacher;
import io.bootdistill.FewStepTest;
import io.bootdistill.HeldOut;
import io.bootdistill.Sampler;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.Phase;
import io.bootdistill.device.Device;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.metric.PairedError;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Trajectories;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Students with two times on the cpu device. */
class CpuFewStepTest extends FewStepTest {

    private static final int[] STEPS = {1, 2, 4};

    @Override
    protected Device device() {
        return NativeBuild.best();
    }

    /** A short run on the bundled teacher improves one step and two, of which two are better. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 1})
    void severalStepsAreMoreAccurateThanOne(double trajectoryShare) throws IOException {
        try (Teacher teacher = Teacher.load(BundledTeacher.folder(), device())) {
            double[] before = errors(teacher, 1, trajectoryShare);
            double[] after = errors(teacher, 40, trajectoryShare);
            String seen = "RMS in 1, 2 and 4 steps: " + Arrays.toString(before) + " before, " + Arrays.toString(after);
            System.getLogger(getClass().getName()).log(System.Logger.Level.INFO, seen);
            for (int i = 0; i < STEPS.length; i++) {
                assertTrue(i == 2 || after[i] < 0.95 * before[i], seen); // four steps of the teacher need a longer run
                boolean isLate = i == 2 && trajectoryShare == 1; // regression learns last to tell short jumps from long ones
                assertTrue(i == 0 || after[i] < 0.9 * after[isLate ? 0 : i - 1], seen);
            }
        }
    }

    /** With residual weights, 40 steps that bootstrap leave four steps worse than two. */
    private double[] errors(Teacher teacher, int steps, double trajectoryShare) throws IOException {
        Phase phase = trajectoryShare == 0
                ? Phase.of(Bootstrap.defaults().withRestartShare(0.5)).withWeighting(ResidualWeighting.NONE)
                : Phase.of(Trajectories.defaults().withEnd(0.4).withRestartShare(0.5));
        DistillationConfig config = DistillationConfig.builder().phases(phase).noCorrector().batch(32).block(16)
                .images(32L * steps).seed(1).heldOut(0)
                .optimiser(OptimiserConfig.ofStudents().withWarmupImages(320).withEmaHalfLife(0)).build();
        long[] seeds = HeldOut.seeds(100);
        int[] labels = new int[seeds.length];
        Arrays.setAll(labels, i -> i % 10);
        SampleRequest request = SampleRequest.ofSeeds(seeds).withLabels(labels);
        float[] reference = Sampler.reference(teacher, 50).sample(request);
        try (Student student = new BootDistiller(teacher).train(config)) {
            return Arrays.stream(STEPS)
                    .mapToDouble(k -> PairedError.rmse(reference, student.sample(request.withSteps(k))))
                    .toArray();
        }
    }
}
