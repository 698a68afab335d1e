package io.bootdistill.hostile;

import io.bootdistill.BootDistiller;
import io.bootdistill.JointTrainer;
import io.bootdistill.Student;
import io.bootdistill.SyntheticImages;
import io.bootdistill.Teacher;
import io.bootdistill.TeacherTrainer;
import io.bootdistill.TinyPipeline;
import io.bootdistill.TinyTeacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.JointConfig;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.format.BetaSchedule;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.file.AtomicFiles;
import io.bootdistill.network.UNetConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Work that leaves files, small enough to be broken off at each change of the disk. */
enum Writing {

    DISTILLATION {
        @Override
        void run(Path inputs, Path folder) throws IOException {
            try (Teacher teacher = Teacher.load(inputs.resolve("teacher"), DEVICE)) {
                BootDistiller distiller = new BootDistiller(teacher);
                (isBegun(folder) ? distiller.resume(folder, 1) : distiller.train(student().folder(folder).build())).close();
            }
        }
    },

    DISTILLATION_OF_PROMPTS {
        @Override
        void run(Path inputs, Path folder) throws IOException {
            try (Teacher teacher = Teacher.load(inputs.resolve("pipeline"), DEVICE)) {
                BootDistiller distiller = new BootDistiller(teacher);
                (isBegun(folder) ? distiller.resume(folder, 1)
                        : distiller.conditions(ConditionSource.prompts(List.of("a cat", "a dog", "a red fox")))
                                .train(student().guidance(2).folder(folder).build())).close();
            }
        }
    },

    TEACHER {
        @Override
        void run(Path inputs, Path folder) throws IOException {
            (isBegun(folder) ? TeacherTrainer.ofRun(folder, DEVICE).resume(IMAGES, folder, 1)
                    : new TeacherTrainer(NETWORK, SCHEDULER, DEVICE).train(IMAGES, teacher().folder(folder).build())).close();
        }
    },

    JOINT {
        @Override
        void run(Path inputs, Path folder) throws IOException {
            JointTrainer trainer = new JointTrainer(NETWORK, SCHEDULER, DEVICE);
            (isBegun(folder) ? trainer.resume(IMAGES, folder, 1)
                    : trainer.train(IMAGES, JointConfig.builder().teacher(teacher().build()).student(student().build())
                            .studentStart(0).folder(folder).build())).close();
        }
    },

    /** Over a student that lies there already, and is whole until the new one is. */
    EXPORT {
        @Override
        void prepare(Path inputs, Path folder) throws IOException {
            save(inputs.resolve("older/student"), folder);
        }

        @Override
        void run(Path inputs, Path folder) throws IOException {
            Student.load(AtomicFiles.readableFolder(folder), DEVICE).close();
            save(inputs.resolve("newer/student"), folder);
        }

        private void save(Path from, Path to) throws IOException {
            try (Student student = Student.load(from, DEVICE)) {
                student.save(to);
            }
        }
    };

    private static final Device DEVICE = Devices.named("reference");
    private static final ImageSource IMAGES = SyntheticImages.labelled(30, 1);
    private static final UNetConfig NETWORK = UNetConfig.of(SyntheticImages.SHAPE, List.of(8, 8), 1, 4);
    private static final SchedulerConfig SCHEDULER =
            SchedulerConfig.of(BetaSchedule.SQUAREDCOS_CAP_V2, PredictionType.V_PREDICTION);
    private static final int NULL = 3;

    /** Does the work, or goes on with it; a folder that is as it was before {@link #run} begins it. */
    abstract void run(Path inputs, Path folder) throws IOException;

    /** Makes what must lie in the folder beforehand. */
    void prepare(Path inputs, Path folder) throws IOException {}

    private static boolean isBegun(Path folder) {
        return Files.exists(folder.resolve("config.json"));
    }

    private static DistillationConfig.Builder student() {
        return DistillationConfig.builder().batch(2).block(2).lanes(1).images(2 * 3).workers(1).seed(3)
                .heldOut(2).referenceSteps(2).reportImages(2).checkpointImages(4);
    }

    private static TeacherTrainingConfig.Builder teacher() {
        return TeacherTrainingConfig.builder().batch(2).block(2).lanes(1).images(2 * 3).workers(1).seed(3).nullLabel(NULL)
                .pictures(2).reportImages(2).checkpointImages(4);
    }

    /** Writes what the work needs. */
    static void writeInputs(Path inputs) throws IOException {
        TinyTeacher.write(inputs.resolve("teacher"), "v_prediction");
        TinyPipeline.write(inputs.resolve("pipeline"));
        try (Teacher teacher = Teacher.load(inputs.resolve("teacher"), DEVICE)) {
            for (String name : List.of("older", "newer")) {
                new BootDistiller(teacher).train(student().seed(name.hashCode()).folder(inputs.resolve(name)).build()).close();
            }
        }
    }

    /** Arguments: the work's name, its inputs, its folder. Exit code 3 after a failure of the disk, whose message is printed. */
    public static void main(String[] arguments) {
        try {
            valueOf(arguments[0]).run(Path.of(arguments[1]), Path.of(arguments[2]));
        } catch (IOException | UncheckedIOException e) {
            System.err.println(e.getMessage());
            System.exit(3);
        }
    }
}
