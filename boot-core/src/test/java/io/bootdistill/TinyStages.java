package io.bootdistill;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.diffusion.InMemoryImages;
import io.bootdistill.format.BetaSchedule;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.network.ClassEmbedType;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import io.bootdistill.objective.Trajectories;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Two tiny stages: students of 8×8 pictures with classes, and teachers that enlarge these to 16×16. */
final class TinyStages {

    static final ImageShape SMALL = new ImageShape(1, 8, 8);
    static final ImageShape LARGE = new ImageShape(1, 16, 16);
    static final SchedulerConfig SCHEDULER = SchedulerConfig.of(BetaSchedule.SQUAREDCOS_CAP_V2, PredictionType.V_PREDICTION);

    private TinyStages() {}

    /** A network that enlarges. */
    static UNet network(ImageShape small, ImageShape large) {
        return new UNet(UNetConfig.of(large, List.of(8, 8), 1, 0).toBuilder().channels(small.channels() + large.channels(),
                large.channels()).classes(ClassEmbedType.TIMESTEP, 0)
                .norm(4, 1e-5f).build()).enlarging(small); // a group of one channel would hide its level
    }

    /** Soft spots of 16×16. */
    static ImageSource images(int count) {
        float[] values = new float[count * LARGE.size()];
        for (int i = 0; i < values.length; i++) {
            int image = i / LARGE.size();
            double row = i % LARGE.size() / 16 - 5 - 6 * Philox.uniform(4, 0, image);
            double column = i % 16 - 5 - 6 * Philox.uniform(4, 1, image);
            values[i] = (float) (2 * Math.exp(-(row * row + column * column) / 18) - 1);
        }
        return InMemoryImages.of(LARGE, values, null);
    }

    static TeacherTrainingConfig.Builder training(int images) {
        return TeacherTrainingConfig.builder().batch(6).block(2).lanes(2).images(images).workers(2).seed(3)
                .optimiser(OptimiserConfig.ofTeachers().withEmaHalfLife(10).withWarmupImages(12)).pictures(2)
                .reportImages(12).checkpointImages(24);
    }

    static Teacher teacher(Device device) throws IOException {
        return new TeacherTrainer(network(SMALL, LARGE), SCHEDULER, device).train(images(20), training(60).build());
    }

    /** A student of three classes, almost as random as its teacher. */
    static Student student(Path temp, Device device) throws IOException {
        Path folder = temp.resolve("stage-1");
        TinyTeacher.write(folder, "v_prediction");
        try (Teacher teacher = Teacher.load(folder, device)) {
            return new BootDistiller(teacher).train(distillation(8).build());
        }
    }

    static DistillationConfig.Builder distillation(int images) {
        return DistillationConfig.builder().batch(8).block(2).lanes(2).images(images).workers(2).seed(5)
                .objective(Trajectories.defaults().withSteps(2)).heldOut(4).referenceSteps(2).reportImages(16).checkpointImages(16)
                .optimiser(OptimiserConfig.ofStudents().withEmaHalfLife(20).withWarmupImages(16));
    }
}
