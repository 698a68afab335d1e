package io.bootdistill.cuda;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BootDistiller;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.TinyTeacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.Phase;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Trajectories;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Twenty steps of a distillation on the cuda device, emulated, and on the cpu device: Adam divides a gradient by its size, so
 * that rounding decides where one is nearly zero. The measure of a difference is therefore what training itself changes.
 */
@Tag("emulated")
class CudaDistillationTest {

    private static final int STEPS = 20;
    private static final int BATCH = 8;
    private static final double AGREEMENT = 1e-3;

    @TempDir
    Path temp;

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5})
    void agreesWithTheCpuDevice(double restartShare) throws IOException {
        TinyTeacher.write(temp.resolve("teacher"), "epsilon");
        Device cpu = Devices.named("cpu");
        float[] expected = distil(cpu, STEPS, restartShare);
        double training = distance(expected, distil(cpu, 1, restartShare));
        double difference = distance(expected, distil(Devices.named(CudaDevice.NAME), STEPS, restartShare));
        assertTrue(difference <= AGREEMENT * training,
                "samples differ by " + difference + " between devices, and by " + training + " through training");
        assertTrue(training > 1e-3, "training changed samples by " + training + " only");
    }

    private float[] distil(Device device, int steps, double restartShare) throws IOException {
        Phase trajectories = Phase.of(Trajectories.defaults().withRestartShare(restartShare));
        Phase bootstrap = Phase.of(Bootstrap.defaults().withRestartShare(restartShare));
        DistillationConfig config = DistillationConfig.builder()
                .phases(restartShare > 0
                        ? new Phase[] {trajectories.withShare(0.5), bootstrap.withShare(0.5)} : new Phase[] {trajectories})
                .batch(BATCH).block(4).lanes(2).workers(2).images((long) BATCH * steps).seed(3).guidance(1.5).heldOut(0)
                .optimiser(OptimiserConfig.ofStudents()
                        .withRate(1e-3).withWarmupImages(BATCH * 2).withEmaHalfLife(BATCH)).build();
        try (Teacher teacher = Teacher.load(temp.resolve("teacher"), device);
                Student student = new BootDistiller(teacher).train(config)) {
            return student.sample(SampleRequest.ofSeeds(1, 2, 3, 4).withLabels(0, 1, 2, 0).withSteps(restartShare == 0 ? 1 : 2));
        }
    }

    /** Root mean square of the difference. */
    private static double distance(float[] a, float[] b) {
        double squares = 0;
        for (int i = 0; i < a.length; i++) {
            squares += Math.pow((double) a[i] - b[i], 2);
        }
        return Math.sqrt(squares / a.length);
    }
}
