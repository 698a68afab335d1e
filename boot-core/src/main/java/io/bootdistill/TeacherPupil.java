package io.bootdistill;

import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.internal.denoising.DenoisingSetup;
import io.bootdistill.internal.run.RunFolder;
import io.bootdistill.internal.training.Trainer;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.network.ImageShape;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A teacher in a run: it learns from images, is saved, and draws pictures, of captions where it reads them. */
final class TeacherPupil implements Pupil<Teacher> {

    private static final String HEADER = "step,images,loss,gradient_norm,rate,images_per_second";

    private final TeacherTrainingConfig config;
    private final DenoisingSetup setup;
    private final List<String> captions;
    private final TeacherTrainingListener listener;
    private @Nullable Teacher average;

    /**
     * @param average of the same network, taken over: it is given the averaged weights
     * @param captions that it is trained on; none where it reads none
     */
    TeacherPupil(DenoisingSetup setup, Teacher average, List<String> captions, TeacherTrainingListener listener) {
        this.setup = setup;
        this.average = average;
        this.captions = captions;
        this.listener = listener;
        config = setup.config();
    }

    @Override
    public TrainingState newState() {
        return setup.newState();
    }

    @Override
    public Trainer newTrainer(TrainingState state) {
        return setup.newTrainer(state);
    }

    /** The teacher with the averaged weights of the last checkpoint; of each step, once it follows. */
    Teacher average() {
        return average;
    }

    /** Lets {@link #average} follow each step from now on. */
    void follow(TrainingRun<Teacher> run) {
        load(run.state());
        run.trainer().follow(average.resolved().model());
    }

    private void load(TrainingState state) {
        if (average.isPipeline()) {
            average.pipeline().trained().load(state.student, state.ema());
        } else {
            average.resolved().model().load(state.student, state.ema());
        }
    }

    /** The network, and what else of the teacher does not change. */
    @Override
    public void found(RunFolder folder) throws IOException {
        folder.writeTeacher(average::save);
    }

    @Override
    public void begin(long firstStep, RunHandle handle) {
        Notifications.tell("started", () -> listener.started(config, firstStep));
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
        load(state);
        return "";
    }

    @Override
    public String line(Progress p, @Nullable String measured) {
        return String.format(Locale.ROOT, "%d,%d,%.6g,%.6g,%.6g,%.1f", p.step(), p.images(), p.loss(), p.gradientNorm(),
                p.rate(), p.imagesPerSecond());
    }

    @Override
    public @Nullable String suspect() {
        return null;
    }

    @Override
    public void write(RunFolder folder, long step) throws IOException {
        folder.writeTeacher(average::save);
        drawPictures(folder, step);
    }

    private void drawPictures(RunFolder folder, long step) throws IOException {
        ImageShape shape = average.isPipeline() ? average.pipeline().picture(average.shape()) : average.shape();
        if (config.pictures() > 0 && shape.isPicture()) {
            folder.writeGrid(step, average.isPipeline() ? ofCaptions() : ofLabels(), shape);
        }
    }

    /** Samples of the teacher: 50 steps, limited as its scheduler says, of the labels in turn, or of smaller images. */
    private float[] ofLabels() {
        ConditionSource smaller = setup.smaller();
        HeldOut noises = new HeldOut(average.resolved(), config.pictures(),
                smaller == null ? ConditionSource.none() : smaller, config.nullLabel(), null);
        return Sampler.reference(average, 50).withSchedulerLimits()
                .sample(noises.request().withWorkers(config.work().workers()));
    }

    /** As it usually draws, of captions that are spread over all of them. */
    private float[] ofCaptions() {
        int count = Math.min(config.pictures(), captions.size());
        String[] shown = new String[count];
        Arrays.setAll(shown, i -> captions.get((int) ((long) i * captions.size() / count)));
        return average.pixels(DrawRequest.ofPrompts(shown), null);
    }

    @Override
    public void checkpoint(long step) {
        Notifications.tell("checkpoint", () -> listener.checkpoint(step, average));
    }

    @Override
    public boolean shouldStop() {
        return Notifications.ask(listener::shouldStop);
    }

    @Override
    public Teacher finish(TrainingState state) {
        load(state);
        Teacher trained = average;
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
