package io.bootdistill;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.JointConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.run.RunFolder;
import io.bootdistill.internal.run.Uninterrupted;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.UNetConfig;
import io.bootdistill.objective.Objective;
import io.bootdistill.objective.Trajectories;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Trains a teacher from images and, at the same time, distils it into a one-step student: what the BOOT paper leaves as future
 * work (arXiv 2306.05544). A step is one of {@link TeacherTrainer} and then, from {@link JointConfig#studentStart} on, one of
 * {@link BootDistiller} against the moving average of the teacher's weights as that step has left it. The student starts
 * from the average at that point. Whichever part has fewer steps left ends first; a student that goes on does so with the
 * finished teacher.
 *
 * <pre>{@code
 * JointConfig config = JointConfig.builder().teacher(teaching).student(distillation).folder(Path.of("run")).build();
 * try (TrainedPair pair = new JointTrainer(network, scheduler).train(images, config)) {
 *     pair.student().save(Path.of("my-student"));
 * }
 * }</pre>
 *
 * <p>The teacher is, bit for bit, the one that {@link TeacherTrainer} alone would train: nothing of the student goes back to
 * it. The student learns from images through the teacher alone.
 *
 * <p>What a teacher that moves means for the options of {@link DistillationConfig}:
 *
 * <ul>
 *   <li>Bootstrapping calls the teacher as it is in each step.
 *   <li>Regression on trajectories solves them with the teacher as it is, but uses each for as many samples as
 *       {@link Trajectories#uses} says: the last of them regress on signals that are {@code interval · (uses − 1)} steps old.
 *       These are a part of the checkpoint, since their teacher is gone. With 1 use none is old.
 *   <li>The corrector's online network starts from the teacher's average at its own first step, so that it begins without a
 *       difference to it.
 *   <li>Held-out noises are compared with the teacher of the checkpoint: the reference samples are made again at each, at the
 *       cost of {@code heldOut} · ({@code referenceSteps} + 1) calls of the teacher for a sample. Fewer held-out noises or
 *       checkpoints than the defaults are advisable.
 *   <li>The PINN-style loss is refused.
 * </ul>
 *
 * <p>Both networks are of pixels and, where they have conditions, of labels: a {@link UNetConfig} has no other form. Pipelines of
 * prompts, of transformers and of latents are distilled by {@link BootDistiller} once they are trained.
 *
 * <p>A run with a folder writes both states as one file, {@code state.safetensors}, so that they always belong together. Its
 * folders {@code teacher} and {@code student} hold what such runs write by themselves, but for the checkpoint:
 * {@code teacher/teacher} and {@code student/student} are the models. A checkpoint is due where it is due for either.
 *
 * <p>A trainer serves one run at a time.
 */
public final class JointTrainer {

    private final TeacherTrainer trainer;
    private TeacherTrainingListener teacherListener = new TeacherTrainingListener() {};
    private RunHandle handle = new RunHandle();
    private DistillationListener studentListener = new DistillationListener() {};
    private Objective[] objectives = {};

    /** Trains on the best device. */
    public JointTrainer(UNetConfig network, SchedulerConfig scheduler) {
        this(network, scheduler, Devices.best());
    }

    /** Trains on the given device; both networks are the same. */
    public JointTrainer(UNetConfig network, SchedulerConfig scheduler, Device device) {
        trainer = new TeacherTrainer(network, scheduler, device);
    }

    /** Reports the teacher's part to a listener. Either listener can stop the run; both are asked after each step. */
    public JointTrainer teacherListener(TeacherTrainingListener listener) {
        teacherListener = Checks.notNull("listener", listener);
        return this;
    }

    /**
     * Lets runs be stopped from outside. They also stop, within a step, by a listener or when their thread is interrupted:
     * it then still is, and the files are written all the same.
     */
    public JointTrainer handle(RunHandle handle) {
        this.handle = Checks.notNull("handle", handle);
        return this;
    }

    /** Reports the student's part to a listener. Speeds are those of the whole run. */
    public JointTrainer studentListener(DistillationListener listener) {
        studentListener = Checks.notNull("listener", listener);
        return this;
    }

    /** An example of each kind of objective that is not of this library, to continue runs with one. */
    public JointTrainer objectives(Objective... examples) {
        objectives = Checks.copy("examples", examples).toArray(Objective[]::new);
        return this;
    }

    /**
     * Trains both. They have the averaged weights; the caller closes them.
     *
     * @throws IOException if the run's folder exists and is not empty, or cannot be written
     * @throws IllegalArgumentException if the images or the configuration do not fit the network
     * @throws TrainingDivergedException if a loss is no longer finite; the last checkpoint is as it was
     */
    public TrainedPair train(ImageSource images, JointConfig config) throws IOException {
        trainer.check(images, Checks.notNull("config", config).teacher());
        RunFolder folder = config.folder() == null ? null : RunFolder.plan(config.folder());
        try (JointRun run = newRun(images, config, folder)) {
            run.writeConfig();
            return run.train(handle);
        }
    }

    /**
     * Continues a run from its last checkpoint: the result is, bit for bit, that of a run that was never stopped.
     *
     * @param images those of the run; the network and the scheduler must be the run's, too
     * @param workers threads; the number may differ from the run's before
     */
    public TrainedPair resume(ImageSource images, Path path, int workers) throws IOException {
        Checks.notNull("images", images);
        RunFolder folder = RunFolder.open(Checks.notNull("path", path));
        JointConfig config = Uninterrupted.call(() -> folder.readJoint(workers, objectives));
        trainer.check(images, config.teacher());
        try (JointRun run = newRun(images, config, folder)) {
            run.restore();
            return run.train(handle);
        }
    }

    private JointRun newRun(ImageSource images, JointConfig config, @Nullable RunFolder folder) {
        return new JointRun(trainer, images, config, folder, teacherListener, studentListener);
    }
}
