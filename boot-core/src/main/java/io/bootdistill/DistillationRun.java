package io.bootdistill;

import io.bootdistill.DistillationListener.Progress;
import io.bootdistill.DistillationListener.Quality;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Scope;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.internal.distillation.Trainer;
import io.bootdistill.internal.run.RunFolder;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.internal.training.Step;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.metric.CollapseAlarm;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One distillation, alone or as a part of a joint run, whose teacher moves: it changes between steps. */
final class DistillationRun implements AutoCloseable {

    private static final String HEADER = "step,images,loss,bootstrap,boundary,gradient_norm,rate,delta,images_per_second,"
            + "paired_rmse,diversity";
    private static final Logger LOG = LoggerFactory.getLogger(DistillationRun.class);

    private final DistillationSetup setup;
    private final DistillationConfig config;
    private final TeacherModel teacher;
    private final RunFolder folder;
    private final String teacherKey;
    private final DistillationListener listener;
    private final Scope scope = new Scope();

    final TrainingState state;

    private Trainer trainer;
    private TrainingLoop loop;
    private Student average;
    private HeldOut heldOut;

    /**
     * Starts from the weights that the teacher has now.
     *
     * @param folder where it writes; null for nowhere
     * @param teacherKey what identifies the teacher; null for one that moves, whose joint run writes the checkpoints
     */
    DistillationRun(DistillationSetup setup, RunFolder folder, String teacherKey, DistillationListener listener) {
        this.setup = setup;
        this.folder = folder;
        this.teacherKey = teacherKey;
        this.listener = listener;
        config = setup.config;
        teacher = setup.teacher;
        if (teacher.isNetwork() && teacher.prediction() == Prediction.EPSILON) {
            LOG.info("an ε-prediction teacher: the student's {}, and its start poor",
                    setup.prediction == Prediction.EPSILON ? "head is y = −F" : "output is read as a v-prediction");
        }
        state = scope.own(setup.newState());
    }

    private boolean isMoving() {
        return teacherKey == null;
    }

    void restore() throws IOException {
        folder.readCheckpoint(state, teacherKey, "teacher");
        folder.readMetrics(state.step);
    }

    Student train() throws IOException {
        begin();
        loop.run(listener::shouldStop);
        return finish();
    }

    /** Makes ready for the steps that are left. */
    void begin() throws IOException {
        listener.started(config, state.step);
        heldOut = config.heldOut() == 0 ? null : new HeldOut(teacher.denoiser(), config.heldOut(), setup.source, setup.nullLabel);
        if (heldOut != null && !isMoving()) {
            heldOut.setReference(reference());
        }
        average = setup.newAverage();
        openTrainer();
        if (!isMoving()) { // else they are part of the checkpoint
            trainer.solveHistory();
        }
        loop = new TrainingLoop(config, state, this::step, this::report);
    }

    /** Makes all of the state that is the trainer's. */
    void openTrainer() {
        if (trainer == null) {
            trainer = scope.own(setup.newTrainer(state, isMoving()));
        }
    }

    TrainingLoop loop() {
        return loop;
    }

    /** Where the teacher has moved meanwhile, the corrector's online network starts as it is now. */
    private Step step() {
        if (isMoving() && state.online != null && state.step == config.correctorFirstStep()) {
            state.online.student.adopt(teacher.model());
        }
        return trainer.run();
    }

    /** The student with the averaged weights, which is the caller's from now on. */
    Student finish() {
        average.load(state.student, state.ema());
        Student trained = average;
        average = null;
        return trained;
    }

    /** The student with the averaged weights of a run that does not go on; the caller closes it. */
    Student open() {
        average = setup.newAverage();
        return finish();
    }

    /** What the reference sampler makes of the held-out noise, or made of it in an earlier part of the run. */
    private float[] reference() throws IOException {
        String key = String.join(" ", teacherKey, config.referenceSteps() + " steps",
                setup.isThresholded() ? "thresholded" : "clipped at " + setup.clip(),
                setup.guidance == null ? "unguided" : setup.guidance.toString(),
                "conditions " + Arrays.hashCode(heldOut.condition));
        float[] known = folder == null ? null : folder.readReference(heldOut.noise.length, key);
        if (known == null) {
            known = heldOut.makeReference(teacher.denoiser(), config, setup.guidance, listener);
            if (folder != null) {
                folder.writeReference(known, teacher.shape(), key);
            }
        }
        return known;
    }

    private void report(Progress progress, boolean checkpoint) throws IOException {
        listener.progress(progress);
        Quality quality = null;
        if (checkpoint) {
            average.load(state.student, state.ema());
            if (heldOut != null) {
                if (isMoving()) {
                    heldOut.setReference(heldOut.makeReference(teacher.denoiser(), config, setup.guidance, listener));
                }
                quality = heldOut.measure(average, state.step, progress.images());
                listener.quality(quality);
                alarm(quality);
            }
        }
        if (folder != null) {
            folder.addMetrics(HEADER, line(progress, quality));
            if (checkpoint) {
                writeCheckpoint(quality);
            }
        }
        if (checkpoint) {
            listener.checkpoint(progress.step(), average);
        }
    }

    private static String line(Progress p, Quality quality) {
        return String.format(
                Locale.ROOT, "%d,%d,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%.1f,%s", p.step(), p.images(), p.loss(), p.bootstrap(),
                p.boundary(), p.gradientNorm(), p.rate(), p.delta(), p.imagesPerSecond(),
                quality == null ? "," : String.format(Locale.ROOT, "%.6f,%.4f", quality.pairedRmse(), quality.diversity()));
    }

    private void alarm(Quality quality) {
        if (4 * quality.step() > config.steps()) {
            CollapseAlarm.ofDiversity(quality.leastDiversity()).ifPresent(reason -> {
                LOG.warn("the student has collapsed by step {}: {}", quality.step(), reason);
                listener.collapsed(quality, reason);
            });
        }
    }

    private void writeCheckpoint(Quality quality) throws IOException {
        if (!isMoving()) {
            folder.writeCheckpoint(state, teacherKey);
        }
        if (average.isSavable()) {
            average.save(folder.studentFolder());
        }
        if (quality != null && teacher.shape().isPicture()) {
            folder.writeGrids(quality.step(), quality.samples(), quality.reference(), teacher.shape(), isMoving());
        }
    }

    @Override
    public void close() {
        if (average != null) {
            scope.own(average);
        }
        scope.close();
    }
}
