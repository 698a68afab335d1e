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
import io.bootdistill.device.Device;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.metric.PairedError;
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
        DistillationConfig config = DistillationConfig.builder().trajectoryShare(trajectoryShare).trajectoryEnd(0.4)
                .residualPower(trajectoryShare == 0 ? 0 : 0.5).correctorShare(0).batch(32).block(16).images(32L * steps).seed(1)
                .warmupImages(320).emaHalfLife(0).heldOut(0).restartShare(0.5).build();
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
