package io.bootdistill;

import io.bootdistill.TrainingRun.Report;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.JointConfig;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.error.NotFiniteException;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.distillation.DistillationSetup;
import io.bootdistill.internal.run.RunFolder;
import io.bootdistill.internal.run.Uninterrupted;
import io.bootdistill.internal.training.Checkpoint.Derived;
import io.bootdistill.internal.training.Checkpoint.Owner;
import io.bootdistill.internal.training.Checkpoint.Saved;
import io.bootdistill.internal.training.Checkpoint;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One joint training: its two parts take turns, and it writes their states. */
final class JointRun implements AutoCloseable {

    /** Prefixes of the names in the checkpoint. */
    private static final String TEACHER = "teacher.";

    private static final String STUDENT = "student.";

    private final JointConfig config;
    private final @Nullable RunFolder folder;
    private final @Nullable RunFolder teacherFolder;
    private final @Nullable RunFolder studentFolder;
    private final String key;
    private final DistillationListener studentListener;
    private final Scope scope = new Scope();
    private final TeacherTrainingConfig teaching;
    private final TeacherPupil taught;
    private final TrainingRun<Teacher> teacher;
    private final DistillationSetup setup;

    /** What its checkpoints belong to; null where it writes none. */
    private @Nullable Owner owner;

    /** Null before its first step. */
    private @Nullable TrainingRun<Student> student;

    /** Steps done. */
    private long step;

    /** @param folder where it writes, made by {@link #writeConfig}; null for nowhere */
    JointRun(
            TeacherTrainer trainer, ImageSource images, JointConfig config, @Nullable RunFolder folder,
            TeacherTrainingListener teacherListener, DistillationListener studentListener) {
        this.config = config;
        this.folder = folder;
        this.studentListener = studentListener;
        teacherFolder = folder == null ? null : folder.part(RunFolder.TEACHER);
        studentFolder = folder == null ? null : folder.part(RunFolder.STUDENT);
        key = trainer.key(images);
        teaching = trainer.divided(images, config.teacher().toBuilder().folder(config.folder()).build());
        DistillationConfig distillation = config.student().toBuilder().folder(config.folder()).build();
        try {
            taught = trainer.newPupil(images, teaching, teacherListener);
            teacher = scope.own(TeacherTrainer.newRun(taught, teaching, teacherFolder, null));
            DistillationSetup asked = new BootDistiller(taught.average()).setup(distillation); // refuses, before hours of work
            setup = asked.with(MeasuredNoises.of(asked, null, true).decided(asked.config()));
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    /** Makes the folder of a new run. */
    void writeConfig() throws IOException {
        if (folder != null) {
            scope.own(folder.make());
            teacher.found(teaching.toJson());
            studentFolder.writeConfig(setup.config().toJson());
            String json = config.toJson();
            owner = new Owner(key, TeacherTrainer.ORIGIN, RunFolder.configKey(json));
            folder.writeConfig(json);
        }
    }

    void restore() throws IOException {
        scope.own(folder.lock());
        owner = new Owner(key, TeacherTrainer.ORIGIN, folder.configKey());
        if (!folder.hasCheckpoint()) {
            return; // it begins anew
        }
        teacher.restore(TEACHER, owner, folder);
        step = teacher.state().step();
        if (Uninterrupted.call(() -> Checkpoint.has(folder.checkpoint(), STUDENT))) {
            openStudent();
            student.restore(STUDENT, owner, folder);
            step = Math.max(step, config.studentStartStep() + student.state().step());
        }
    }

    TrainedPair train(RunHandle handle) throws IOException {
        teacher.begin(handle);
        if (student != null) {
            taught.follow(teacher);
            student.begin(handle);
        }
        boolean stop = false;
        while (step < config.steps() && !stop) {
            if (step == config.studentStartStep()) {
                taught.follow(teacher);
                openStudent();
                student.begin(handle);
            }
            boolean isTaught = step(teacher);
            boolean isDistilled = student != null && step(student);
            step++;
            stop = TrainingRun.isStopped(handle, teacher, student);
            report(stop || isTaught && teacher.isCheckpointDue() || isDistilled && student.isCheckpointDue());
        }
        return finish();
    }

    private void openStudent() {
        DistillationConfig distillation = setup.config();
        student = scope.own(new TrainingRun<>(
                new StudentPupil(setup, null, null, null, studentListener), distillation.steps(), distillation.work().batch(),
                distillation.output(), studentFolder, null));
    }

    /** Whether there was a step left. */
    private static boolean step(TrainingRun<?> run) {
        if (run.isOver()) {
            return false;
        }
        run.step();
        return true;
    }

    /** Both states are written at once, with what is derived from them. */
    private void report(boolean checkpoint) throws IOException {
        Report taught = teacher.tell(checkpoint);
        Report distilled = student == null ? null : student.tell(checkpoint);
        if (folder != null) {
            Derived derived = () -> {
                write(teacher, taught);
                write(student, distilled);
            };
            Uninterrupted.run(() -> {
                folder.requireThere();
                if (checkpoint) {
                    writeCheckpoint(derived);
                } else {
                    derived.write();
                }
            });
        }
        end(teacher, taught);
        end(student, distilled);
    }

    private void writeCheckpoint(Derived derived) throws IOException {
        Map<String, Saved> states = new LinkedHashMap<>();
        states.put(TEACHER, teacher.saved());
        if (student != null) {
            states.put(STUDENT, student.saved());
        }
        try {
            Checkpoint.write(folder.checkpoint(), states, owner, derived);
        } catch (NotFiniteException e) {
            throw teacher.diverged(e.getMessage());
        }
    }

    private static void write(@Nullable TrainingRun<?> run, @Nullable Report report) throws IOException {
        if (report != null) {
            run.write(report);
        }
    }

    private static void end(@Nullable TrainingRun<?> run, @Nullable Report report) {
        if (report != null) {
            run.end(report);
        }
    }

    private TrainedPair finish() {
        Student distilled = student == null ? null : student.finish();
        try {
            return new TrainedPair(teacher.finish(), distilled);
        } catch (RuntimeException | Error e) {
            if (distilled != null) {
                distilled.close();
            }
            throw e;
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
