package io.bootdistill.internal.sampling;

import io.bootdistill.BootDistiller;
import io.bootdistill.Golden;
import io.bootdistill.Sampler;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.TinyTeacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.SignalOde;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a student is before it has learnt anything. */
@Tag("fast")
class StartTest {

    private static final long[] SEEDS = {1, 2, 3};
    private static final int[] LABELS = {0, 2, 3};

    @TempDir
    Path temp;

    /** A student that is asked for t_min alone begins as the teacher's one step, f(ε, t_max): a rate of nearly 0 leaves it so. */
    @ParameterizedTest
    @ValueSource(strings = {"v_prediction", "sample"})
    void studentOfTrajectoriesBeginsAsTheTeachersFirstPrediction(String prediction) throws IOException {
        TinyTeacher.write(temp.resolve("teacher"), prediction);
        Device device = Devices.named("reference");
        DistillationConfig config = DistillationConfig.builder()
                .batch(4).block(2).images(4).heldOut(0).learningRate(1e-30).build();
        try (Teacher teacher = Teacher.load(temp.resolve("teacher"), device);
                Student student = new BootDistiller(teacher).train(config)) {
            float[] noise = Samples.noise(teacher.shape(), SEEDS);
            Golden.values("start", student.sample(SEEDS, LABELS),
                    Sampler.reference(teacher, SignalOde.Solver.DDIM, 1).sample(
                            SampleRequest.ofNoise(noise).withConditions(new float[] {0, 2, 3})));
        }
    }
}
