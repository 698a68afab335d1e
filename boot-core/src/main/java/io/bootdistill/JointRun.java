package io.bootdistill;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.JointConfig;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.run.RunFolder;
import io.bootdistill.internal.training.Checkpoint;
import io.bootdistill.internal.training.TrainingState;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** One joint training: its two parts take turns, and it writes their states. */
final class JointRun implements AutoCloseable {

    /** Prefixes of the names in the checkpoint. */
    private static final String TEACHER = "teacher.";

    private static final String STUDENT = "student.";

    private final JointConfig config;
    private final RunFolder folder;
    private final RunFolder teacherFolder;
    private final RunFolder studentFolder;
    private final String key;
    private final TeacherTrainingListener teacherListener;
    private final DistillationListener studentListener;
    private final Scope scope = new Scope();
    private final TeacherRun teacher;
    private final DistillationSetup setup;

    /** Null before its first step. */
    private DistillationRun student;

    /** Steps done. */
    private long step;

    /** @param folder where it writes, made by {@link #writeConfig}; null for nowhere */
    JointRun(
            TeacherTrainer trainer, ImageSource images, JointConfig config, RunFolder folder,
            TeacherTrainingListener teacherListener, DistillationListener studentListener) {
        this.config = config;
        this.folder = folder;
        this.teacherListener = teacherListener;
        this.studentListener = studentListener;
        teacherFolder = folder == null ? null : folder.part(RunFolder.TEACHER);
        studentFolder = folder == null ? null : folder.part(RunFolder.STUDENT);
        key = trainer.key(images);
        TeacherTrainingConfig teaching = config.teacher().toBuilder().folder(config.folder()).build();
        DistillationConfig distillation = config.student().toBuilder().folder(config.folder()).build();
        try {
            teacher = scope.own(trainer.newRun(images, teaching, teacherFolder, null, teacherListener));
            teacher.openAverage();
            setup = new BootDistiller(teacher.average()).setup(distillation); // refuses what does not fit, before hours of work
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    static JointConfig readConfig(RunFolder folder, int workers) {
        JointConfig.Builder joint = JointConfig.builder();
        folder.readConfig(joint);
        TeacherTrainingConfig teacher =
                folder.part(RunFolder.TEACHER).readConfig(TeacherTrainingConfig.builder().workers(workers));
        DistillationConfig student = folder.part(RunFolder.STUDENT).readConfig(DistillationConfig.builder().workers(workers));
        return joint.teacher(teacher.toBuilder().folder(null).build())
                .student(student.toBuilder().folder(null).build())
                .build();
    }

    /** Makes the folder of a new run. */
    void writeConfig() throws IOException {
        if (folder != null) {
            folder.make();
            teacherFolder.writeConfig(config.teacher());
            studentFolder.writeConfig(config.student());
            folder.writeConfig(config);
        }
    }

    void restore() throws IOException {
        read(TEACHER, teacher.state);
        teacherFolder.readMetrics(teacher.state.step);
        step = teacher.state.step;
        if (Checkpoint.has(folder.checkpoint(), STUDENT)) {
            openStudent();
            student.openTrainer();
            read(STUDENT, student.state);
            studentFolder.readMetrics(student.state.step);
            step = Math.max(step, config.studentStartStep() + student.state.step);
        }
    }

    private void read(String prefix, TrainingState state) {
        Checkpoint.read(folder.checkpoint(), prefix, state, key, "set of network, scheduler and images");
    }

    JointTrainer.Pair train() throws IOException {
        teacher.begin();
        if (student != null) {
            teacher.follow();
            student.begin();
        }
        boolean stop = false;
        while (step < config.steps() && !stop) {
            if (step == config.studentStartStep()) {
                teacher.follow();
                openStudent();
                student.begin();
            }
            boolean taught = step(teacher.loop());
            boolean distilled = student != null && step(student.loop());
            step++;
            stop = teacherListener.shouldStop() | studentListener.shouldStop();
            report(stop || taught && teacher.loop().isCheckpointDue() || distilled && student.loop().isCheckpointDue());
        }
        return finish();
    }

    private void openStudent() {
        student = scope.own(new DistillationRun(setup, studentFolder, null, studentListener));
    }

    /** Whether there was a step left. */
    private static boolean step(TrainingLoop loop) {
        if (loop.isOver()) {
            return false;
        }
        loop.step();
        return true;
    }

    /** Both states are written at once; then what is derived from them. */
    private void report(boolean checkpoint) throws IOException {
        if (checkpoint && folder != null) {
            Map<String, TrainingState> states = new LinkedHashMap<>();
            states.put(TEACHER, teacher.state);
            if (student != null) {
                states.put(STUDENT, student.state);
            }
            Checkpoint.write(folder.checkpoint(), states, key);
        }
        teacher.loop().report(checkpoint);
        if (student != null) {
            student.loop().report(checkpoint);
        }
    }

    private JointTrainer.Pair finish() {
        Student distilled = student == null ? null : student.finish();
        try {
            return new JointTrainer.Pair(teacher.finish(), distilled);
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
