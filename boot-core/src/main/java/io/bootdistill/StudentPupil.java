package io.bootdistill;

import io.bootdistill.DistillationListener.Quality;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.error.NotFiniteException;
import io.bootdistill.internal.distillation.DistillationSetup;
import io.bootdistill.internal.pipeline.Pipeline;
import io.bootdistill.internal.run.RunFolder;
import io.bootdistill.internal.run.SampledSteps;
import io.bootdistill.internal.sampling.StudentModel;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.internal.training.Trainer;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.metric.CollapseAlarm;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A student in a run: measured on held-out noises, saved, shown. Its teacher may change between steps, in a joint run. */
final class StudentPupil implements Pupil<Student> {

    private static final Logger LOG = LoggerFactory.getLogger(StudentPupil.class);

    /** Samples of the teacher that are looked at where a run has diverged. */
    private static final int SUSPECTED = 8;
    private static final String HEADER =
            "step,images,loss,bootstrap,boundary,gradient_norm,rate,delta,images_per_second,paired_rmse,diversity,picture_rmse";

    private final DistillationSetup setup;
    private final DistillationConfig config;
    private final TeacherModel teacher;
    private final @Nullable Pipeline pipeline;
    private final @Nullable RunFolder folder;
    private final @Nullable String teacherKey;
    private final DistillationListener listener;
    private @Nullable Student average;
    private @Nullable HeldOut heldOut;

    /** At the last checkpoint; null where nothing is measured. */
    private @Nullable Quality quality;

    /**
     * @param pipeline that makes pictures of the teacher's latents and reads its prompts; null for a teacher of pixels
     * @param folder where the samples of reference are kept; null for nowhere
     * @param teacherKey what identifies the teacher; null for one that changes between steps
     */
    StudentPupil(
            DistillationSetup setup, @Nullable Pipeline pipeline, @Nullable RunFolder folder, @Nullable String teacherKey,
            DistillationListener listener) {
        this.setup = setup;
        this.pipeline = pipeline;
        this.folder = folder;
        this.teacherKey = teacherKey;
        this.listener = listener;
        config = setup.config();
        teacher = setup.teacher();
    }

    private boolean isMoving() {
        return teacherKey == null;
    }

    @Override
    public TrainingState newState() {
        return setup.newState();
    }

    @Override
    public Trainer newTrainer(TrainingState state) {
        return setup.newTrainer(state, isMoving());
    }

    /** Nothing: the teacher is the caller's. */
    @Override
    public void found(RunFolder target) {}

    @Override
    public void begin(long firstStep, RunHandle handle) throws IOException {
        setup.explain().ifPresent(LOG::info);
        Notifications.tell("started", () -> listener.started(config, firstStep));
        if (config.evaluation().heldOut() > 0) {
            heldOut = new HeldOut(
                    teacher, config.evaluation().heldOut(), setup.conditions(), setup.nullLabel(), pipeline);
            if (!isMoving()) {
                setReference(handle);
            }
        }
        openAverage();
    }

    private void openAverage() {
        average = new Student(
                new StudentModel(setup.newAverage(), teacher.schedule(), setup.studentOutput(),
                        setup.conditions().asPrompts() != null ? -1 : setup.nullLabel(), config.guidance().range(),
                        teacher.scheduler(), config.fewSteps()),
                config.work().workers(), pipeline == null ? null : pipeline.share());
    }

    /** What the reference sampler makes of the held-out noise, or made of it in an earlier part of the run, which said the gap. */
    private void setReference(RunHandle handle) throws IOException {
        String key = String.join(" ", teacherKey, config.evaluation().referenceSteps() + " steps",
                setup.isThresholded() ? "thresholded" : "clipped at " + setup.clip(),
                setup.guidance() == null ? "unguided" : setup.guidance().toString(), heldOut.key());
        float[] known = folder == null ? null : folder.readReference(heldOut.length(), key);
        if (known != null) {
            heldOut.setReference(known);
            return;
        }
        float[] made = heldOut.makeReference(config, setup.guidance(), listener, handle);
        if (folder != null) {
            folder.writeReference(made, teacher.shape(), key);
        }
        heldOut.setReference(made);
        heldOut.gapToStock(config, setup.guidance()).ifPresent(gap -> LOG.info("the reference starts at t_max with the signal"
                + " that is left there; the format's sampler, from noise alone, differs by an RMSE of {}", gap));
    }

    @Override
    public void progress(Progress progress) {
        Notifications.tell("progress", () -> listener.progress(progress));
    }

    @Override
    public String header() {
        return HEADER;
    }

    @Override
    public String measure(TrainingState state, long images) {
        average.load(state.student, state.ema());
        if (heldOut == null) {
            return ",,";
        }
        if (isMoving()) {
            heldOut.setReference(heldOut.makeReference(config, setup.guidance(), listener, null));
        }
        quality = heldOut.measure(average, SampledSteps.after(config, state.step()), state.step(), images);
        Notifications.tell("quality", () -> listener.quality(quality));
        alarm(quality);
        return String.format(
                Locale.ROOT, "%.6f,%.4f,%.6f", quality.pairedRmse(), quality.diversity(), quality.pictureRmse());
    }

    private void alarm(Quality found) {
        if (4 * found.step() > config.steps()) {
            CollapseAlarm.ofDiversity(found.leastDiversity()).ifPresent(reason -> {
                LOG.warn("the student has collapsed by step {}: {}", found.step(), reason);
                Notifications.tell("collapsed", () -> listener.collapsed(found, reason));
            });
        }
    }

    @Override
    public String line(Progress p, @Nullable String measured) {
        return String.format(
                Locale.ROOT, "%d,%d,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%.1f,%s", p.step(), p.images(), p.loss(), p.bootstrap(),
                p.boundary(), p.gradientNorm(), p.rate(), p.delta(), p.imagesPerSecond(), measured == null ? ",," : measured);
    }

    @Override
    public void write(RunFolder target, long step) throws IOException {
        if (average.isSavable()) {
            target.writeStudent(average::save);
        }
        if (heldOut != null && quality.picture().isPicture()) {
            target.writeGrids(step, quality.samples(), quality.reference(), quality.picture(), isMoving());
        }
    }

    @Override
    public void checkpoint(long step) {
        Notifications.tell("checkpoint", () -> listener.checkpoint(step, average));
    }

    /** The teacher's samples. */
    @Override
    public @Nullable String suspect() {
        HeldOut few = new HeldOut(teacher, SUSPECTED, setup.conditions(), setup.nullLabel(), pipeline);
        try {
            few.makeReference(config, setup.guidance(), new DistillationListener() {}, null);
            return null;
        } catch (NotFiniteException e) {
            return e.getMessage();
        }
    }

    @Override
    public boolean shouldStop() {
        return Notifications.ask(listener::shouldStop);
    }

    @Override
    public Student finish(TrainingState state) {
        if (average == null) {
            openAverage();
        }
        average.load(state.student, state.ema());
        Student trained = average;
        average = null;
        return trained;
    }

    @Override
    public void close() {
        if (average != null) {
            average.close();
        }
    }
}
