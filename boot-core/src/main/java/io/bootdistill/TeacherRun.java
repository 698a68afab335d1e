package io.bootdistill;

import io.bootdistill.TeacherTrainingListener.Progress;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.device.Device;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.denoising.DenoisingBatch;
import io.bootdistill.internal.denoising.DenoisingTrainer;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.run.RunFolder;
import io.bootdistill.internal.run.TimeBudget;
import io.bootdistill.internal.sampling.Samples;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import io.bootdistill.network.UNet;
import java.io.IOException;
import java.util.Locale;

/** One training of a teacher, alone or as a part of a joint run. */
final class TeacherRun implements AutoCloseable {

    private static final String HEADER = "step,images,loss,gradient_norm,rate,images_per_second";

    private final UNet network;
    private final SchedulerConfig scheduler;
    private final Device device;
    private final ImageSource images;
    private final RunFolder folder;
    private final String key;
    private final TeacherTrainingListener listener;
    private final Scope scope = new Scope();
    private TeacherTrainingConfig config;

    final TrainingState state;

    private DenoisingTrainer trainer;
    private TrainingLoop loop;
    private Teacher average;

    /**
     * Starts from random weights.
     *
     * @param folder where it writes; null for nowhere
     * @param key what identifies the training in its checkpoints; null for a part of a joint run, which writes them itself
     */
    TeacherRun(
            UNet network, SchedulerConfig scheduler, Device device, ImageSource images, TeacherTrainingConfig config,
            RunFolder folder, String key, TeacherTrainingListener listener) {
        this.network = network;
        this.scheduler = scheduler;
        this.device = device;
        this.images = images;
        this.config = config;
        this.folder = folder;
        this.key = key;
        this.listener = listener;
        state = scope.own(newState());
    }

    private TrainingState newState() {
        Model model = new Model(Graph.of(network), device, true);
        try {
            model.initialize(config.seed());
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
        return new TrainingState(model);
    }

    private DenoisingTrainer newTrainer(TrainingState trained) {
        DenoisingBatch batch = new DenoisingBatch(config, NoiseSchedule.discrete(scheduler.alphasCumprod()),
                Prediction.of(scheduler), images, network.condition() instanceof ConditionShape.Label);
        return new DenoisingTrainer(config, trained, batch, images);
    }

    /** Replaces a time budget by the number of images that fit it, after a few steps on another state. */
    void fitTimeBudget() throws IOException {
        if (config.timeBudget() != null) {
            try (TrainingState other = newState();
                    DenoisingTrainer timed = newTrainer(other)) {
                config = TimeBudget.fit(config, timed);
            }
        }
        if (folder != null) {
            folder.writeConfig(config);
        }
    }

    void restore() throws IOException {
        folder.readCheckpoint(state, key, "set of network, scheduler and images");
        folder.readMetrics(state.step);
    }

    Teacher train() throws IOException {
        begin();
        loop.run(listener::shouldStop);
        return finish();
    }

    /** Makes the averaged teacher, without weights yet. */
    void openAverage() {
        if (average == null) {
            average = new Teacher(network, scheduler, config.nullLabel(), new Model(Graph.of(network), device, false));
        }
    }

    /** Makes ready for the steps that are left. */
    void begin() {
        listener.started(config, state.step);
        openAverage();
        trainer = scope.own(newTrainer(state));
        loop = new TrainingLoop(config, state, trainer::run, this::report);
    }

    TrainingLoop loop() {
        return loop;
    }

    /** The teacher with the averaged weights of the last checkpoint; of each step, once it follows. */
    Teacher average() {
        return average;
    }

    /** Lets {@link #average} follow each step from now on. */
    void follow() {
        loadAverage();
        trainer.follow(average.model());
    }

    private void loadAverage() {
        average.model().load(state.student, state.ema());
    }

    /** The trained teacher, which is the caller's from now on. */
    Teacher finish() {
        loadAverage();
        Teacher trained = average;
        average = null;
        return trained;
    }

    private void report(DistillationListener.Progress p, boolean checkpoint) throws IOException {
        listener.progress(new Progress(
                p.step(), p.steps(), p.images(), p.loss(), p.gradientNorm(), p.rate(), p.imagesPerSecond(), p.secondsLeft()));
        if (folder != null) {
            folder.addMetrics(HEADER, String.format(
                    Locale.ROOT, "%d,%d,%.6g,%.6g,%.6g,%.1f", p.step(), p.images(), p.loss(), p.gradientNorm(), p.rate(),
                    p.imagesPerSecond()));
        }
        if (checkpoint) {
            loadAverage();
            if (folder != null) {
                if (key != null) {
                    folder.writeCheckpoint(state, key);
                }
                average.save(folder.teacherFolder());
                drawPictures();
            }
            listener.checkpoint(state.step, average);
        }
    }

    /** Samples of the teacher: 50 steps, limited as its scheduler says, sample i of the label i mod the real ones. */
    private void drawPictures() throws IOException {
        if (config.pictures() == 0 || !network.input().isPicture()) {
            return;
        }
        HeldOut noises = new HeldOut(average, config.pictures(), ConditionSource.none(), config.nullLabel());
        float[] samples = Sampler.reference(average, 50)
                .withSchedulerLimits()
                .withWorkers(config.workers())
                .sample(noises.noise, noises.condition);
        folder.writeGrid(state.step, samples, network.input());
    }

    @Override
    public void close() {
        if (average != null) {
            scope.own(average);
        }
        scope.close();
    }
}
