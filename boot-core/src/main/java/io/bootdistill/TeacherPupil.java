package io.bootdistill;

import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.device.Device;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.denoising.DenoisingSetup;
import io.bootdistill.internal.run.RunFolder;
import io.bootdistill.internal.training.Trainer;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import io.bootdistill.network.UNet;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A teacher in a run: it learns from images, is saved, and draws pictures. */
final class TeacherPupil implements Pupil<Teacher> {

    private static final String HEADER = "step,images,loss,gradient_norm,rate,images_per_second";

    private final UNet network;
    private final TeacherTrainingConfig config;
    private final DenoisingSetup setup;
    private final TeacherTrainingListener listener;
    private @Nullable Teacher average;

    TeacherPupil(
            UNet network, SchedulerConfig scheduler, Device device, ImageSource images, TeacherTrainingConfig config,
            TeacherTrainingListener listener) {
        this.network = network;
        this.config = config;
        this.listener = listener;
        setup = new DenoisingSetup(network, scheduler, device, images, config);
        average = new Teacher(network, scheduler, config.nullLabel(), new Model(Graph.of(network), device, false));
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
        average.resolved().model().load(state.student, state.ema());
    }

    @Override
    public void begin(long firstStep) {
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
    public void write(RunFolder folder, long step) throws IOException {
        average.save(folder.teacherFolder());
        drawPictures(folder, step);
    }

    /** Samples of the teacher: 50 steps, limited as its scheduler says, sample i of the label i mod the real ones. */
    private void drawPictures(RunFolder folder, long step) throws IOException {
        if (config.pictures() == 0 || !network.input().isPicture()) {
            return;
        }
        HeldOut noises = new HeldOut(
                average.resolved(), config.pictures(), ConditionSource.none(), config.nullLabel(), null);
        float[] samples = Sampler.reference(average, 50).withSchedulerLimits()
                .sample(noises.request().withWorkers(config.work().workers()));
        folder.writeGrid(step, samples, network.input());
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
