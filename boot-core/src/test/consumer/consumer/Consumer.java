package consumer;

import io.bootdistill.Teacher;
import io.bootdistill.TeacherTrainer;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.InMemoryImages;
import io.bootdistill.error.BootDistillException;
import io.bootdistill.format.BetaSchedule;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.metric.FrechetDistance;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import java.nio.file.Path;
import java.util.List;

/** What a user's module does with the library: a device by its service, files, a training, a linear algebra. */
public final class Consumer {

    private Consumer() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        System.out.println(Teacher.class.getModule().getName() + " on " + Devices.best().name());
        UNetConfig network = UNetConfig.of(new ImageShape(1, 4, 4), List.of(8), 1, 0);
        SchedulerConfig scheduler = SchedulerConfig.of(BetaSchedule.LINEAR, PredictionType.V_PREDICTION);
        TeacherTrainingConfig config = TeacherTrainingConfig.builder()
                .images(4).batch(2).block(2).lanes(1).workers(1).pictures(1).reportImages(2).checkpointImages(4)
                .folder(folder.resolve("run")).build();
        try (Teacher trained = new TeacherTrainer(network, scheduler)
                .train(InMemoryImages.of(new ImageShape(1, 4, 4), new byte[3 * 16], null), config)) {
            trained.save(folder.resolve("teacher"));
        }
        try (Teacher teacher = Teacher.load(folder.resolve("teacher"))) {
            System.out.println("read " + ((UNet) teacher.network()).config().equals(network));
        }
        double[] identity = {1, 0, 0, 1};
        double[] four = {4, 0, 0, 4};
        System.out.println("distance " + FrechetDistance.between(new double[2], identity, new double[2], four));
        try {
            Teacher.load(folder.resolve("nowhere"));
        } catch (BootDistillException e) {
            System.out.println("refused " + e.getMessage().contains("does not exist"));
        }
    }
}
