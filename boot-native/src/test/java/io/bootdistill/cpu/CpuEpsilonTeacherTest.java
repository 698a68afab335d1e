package io.bootdistill.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BootDistiller;
import io.bootdistill.EpsilonTeacherTest;
import io.bootdistill.Sampler;
import io.bootdistill.Student;
import io.bootdistill.SyntheticImages;
import io.bootdistill.Teacher;
import io.bootdistill.TeacherTrainer;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.DistillationConfigBuilder;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.device.Device;
import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.format.BetaSchedule;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.metric.PairedError;
import io.bootdistill.network.UNetConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From images to a one-step student by an ε-prediction teacher with a linear schedule, the common public kind. */
class CpuEpsilonTeacherTest extends EpsilonTeacherTest {

    private static final int NOISES = 128;
    private static final long[] SEEDS = new long[NOISES];
    private static final int[] LABELS = new int[NOISES];

    static {
        for (int i = 0; i < NOISES; i++) {
            SEEDS[i] = 5_000_000 + i;
            LABELS[i] = i % SyntheticImages.CLASSES;
        }
    }

    @TempDir
    Path folder;

    @Override
    protected Device device() {
        return NativeBuild.best();
    }

    private static DistillationConfigBuilder distillation() {
        return DistillationConfig.builder().batch(32).images(32 * 250).learningRate(3e-3).warmupImages(500).emaHalfLife(500)
                .heldOut(0);
    }

    @Test
    void studentOfATrainedTeacher() throws IOException {
        UNetConfig network = UNetConfig.of(SyntheticImages.SHAPE, List.of(16, 16), 1, 4);
        SchedulerConfig scheduler = SchedulerConfig.of(BetaSchedule.LINEAR, PredictionType.EPSILON);
        TeacherTrainingConfig training = TeacherTrainingConfig.builder().batch(32).images(32 * 750).learningRate(3e-3)
                .warmupImages(1_000).emaHalfLife(1_000).nullLabel(SyntheticImages.CLASSES).build();
        try (Teacher made = new TeacherTrainer(network, scheduler, device())
                .train(SyntheticImages.labelled(300, 1), training)) {
            made.save(folder.resolve("teacher"));
        }
        try (Teacher teacher = Teacher.load(folder.resolve("teacher"), device())) {
            float[] fifty = sample(teacher, 50);
            double one = PairedError.rmse(sample(teacher, 1), fifty);
            double before;
            double after;
            DistillationConfig untrained = distillation().images(32).warmupImages(1 << 30).build();
            try (Student student = new BootDistiller(teacher).train(untrained)) {
                before = error(student, fifty);
            }
            try (Student student = new BootDistiller(teacher).train(distillation().build())) {
                after = error(student, fifty);
                student.save(folder.resolve("student"));
                try (Student loaded = Student.load(folder.resolve("student"), device())) {
                    assertArrayEquals(student.sample(SEEDS, LABELS), loaded.sample(SEEDS, LABELS), 1e-4f);
                }
            }
            System.getLogger(getClass().getName()).log(System.Logger.Level.INFO,
                    "paired RMSE to 50 steps: {0} of 1 step of the teacher; student {1} before, {2} after", one, before, after);
            assertTrue(after < before / 4, "the paired RMSE fell from " + before + " to " + after + " only");
            assertTrue(after < one / 3, "the student's paired RMSE is " + after + ", one step of its teacher has " + one);
        }
    }

    private static float[] sample(Denoiser teacher, int steps) {
        return PairedError.clamp(Sampler.reference(teacher, steps).withSchedulerLimits().sample(SEEDS, LABELS));
    }

    private static double error(Student student, float[] reference) {
        return PairedError.rmse(PairedError.clamp(student.sample(SEEDS, LABELS)), reference);
    }
}
