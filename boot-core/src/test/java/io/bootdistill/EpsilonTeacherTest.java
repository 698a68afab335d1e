package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.format.DiffusersFolder;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.format.SchedulerConfig.BetaSchedule;
import io.bootdistill.format.SchedulerConfig.PredictionType;
import io.bootdistill.network.UNetConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Students of ε-prediction teachers with each schedule: where they start, and what becomes of the schedule when exported. */
public class EpsilonTeacherTest {

    private static final double LEAST_ALPHA = 1e-2;

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
        try (NetworkTeacher teacher =
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
}
