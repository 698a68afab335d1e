package io.bootdistill;

import io.bootdistill.TeacherTrainingListener.Progress;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.format.DiffusersFolder;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Trains a teacher from images: plain denoising, E‖F(α_t x₀ + σ_t ε, t, c) − o‖² with o = ε, v or x₀ as the scheduler's
 * {@code prediction_type} says (Ho et al. 2020, arXiv 2006.11239; Salimans and Ho 2022, arXiv 2202.00512). t is uniform over
 * the real-valued indices of the schedule, since distillation asks for all of them. Labels are sometimes replaced by the null
 * label, so that the teacher can be guided (Ho and Salimans 2022, arXiv 2207.12598).
 *
 * <pre>{@code
 * ImageSource images = ImageSource.of(new ImageShape(1, 28, 28), pixels, labels);
 * UNetConfig network = UNetConfig.of(images.shape(), List.of(32, 64, 64), 2, 11);
 * SchedulerConfig scheduler = SchedulerConfig.of(BetaSchedule.LINEAR, PredictionType.EPSILON);
 * TeacherTrainingConfig config = TeacherTrainingConfig.builder().nullLabel(10).build();
 * try (NetworkTeacher teacher = new TeacherTrainer(network, scheduler).train(images, config)) {
 *     teacher.save(Path.of("my-teacher"));
 * }
 * }</pre>
 *
 * <p>In reading order: {@link DenoisingTrainer} runs steps; {@link DenoisingBatch} draws images, times and labels;
 * {@link DenoisingWorker} takes a block to a gradient; {@link Optimiser} and {@link TrainingState} are those of distillation.
 * A trainer serves one run at a time.
 */
public final class TeacherTrainer {

    private final UNet network;
    private final SchedulerConfig scheduler;
    private final Device device;
    private TeacherTrainingListener listener = new TeacherTrainingListener() {};

    /** Trains on the best device. */
    public TeacherTrainer(UNetConfig network, SchedulerConfig scheduler) {
        this(network, scheduler, Devices.best());
    }

    /** Trains on the given device. */
    public TeacherTrainer(UNetConfig network, SchedulerConfig scheduler, Device device) {
        Checks.that(network.inChannels() == network.outChannels(), "out_channels", network.outChannels(),
                "in_channels, " + network.inChannels());
        Checks.that(network.timeEmbeddingType() != UNetConfig.TimeEmbeddingType.FOURIER,
                "time_embedding_type", "fourier", "positional: fourier embeddings divide by the time, which ends at 0");
        Checks.that(network.dropout() == 0, "dropout", network.dropout(), "0");
        this.network = new UNet(network);
        Checks.that(this.network.condition() instanceof ConditionShape.None
                || this.network.condition() instanceof ConditionShape.Label, "class_embed_type", network.classEmbedType(),
                "null: teachers are trained without condition or with labels");
        this.scheduler = scheduler;
        this.device = device;
    }

    /**
     * A trainer with the network and the scheduler of a run that is to go on.
     *
     * @throws IOException if the folder holds no run with a checkpoint
     */
    public static TeacherTrainer ofRun(Path run, Device device) throws IOException {
        DiffusersFolder teacher = DiffusersFolder.open(RunFolder.open(run).teacherFolder());
        return new TeacherTrainer(NetworkTeacher.readNetwork(teacher).config(), teacher.scheduler(), device);
    }

    /** Reports to a listener. */
    public TeacherTrainer listener(TeacherTrainingListener listener) {
        this.listener = listener;
        return this;
    }

    /**
     * Trains a teacher. It has the averaged weights; the caller closes it.
     *
     * @throws IOException if the run's folder exists and is not empty, or cannot be written
     * @throws IllegalArgumentException if the images or the configuration do not fit the network
     * @throws TrainingDivergedException if the loss is no longer finite; the last checkpoint is as it was
     */
    public NetworkTeacher train(ImageSource images, TeacherTrainingConfig config) throws IOException {
        check(images, config);
        RunFolder folder = config.folder() == null ? null : RunFolder.create(config.folder());
        try (Run run = new Run(images, config, folder)) {
            run.fitTimeBudget();
            return run.train();
        }
    }

    /**
     * Continues a run from its last checkpoint: the result is, bit for bit, that of a run that was never stopped.
     *
     * @param images those of the run; the network and the scheduler must be the run's, too
     * @param workers threads; the number may differ from the run's before
     */
    public NetworkTeacher resume(ImageSource images, Path path, int workers) throws IOException {
        RunFolder folder = RunFolder.open(path);
        TeacherTrainingConfig config = folder.readConfig(TeacherTrainingConfig.builder().workers(workers));
        check(images, config);
        try (Run run = new Run(images, config, folder)) {
            run.restore();
            return run.train();
        }
    }

    private int labels() {
        return network.condition() instanceof ConditionShape.Label label ? label.count() : 0;
    }

    private void check(ImageSource images, TeacherTrainingConfig config) {
        Checks.that(images.shape().equals(network.input()), "the shape of the images", images.shape(),
                "that of the network, " + network.input());
        Checks.that(images.count() > 0, "the number of images", images.count(), "at least 1");
        int labels = labels();
        Checks.that(config.nullLabel() < labels || config.nullLabel() == -1, "nullLabel", config.nullLabel(),
                labels == 0 ? "-1: the network has no labels" : "a label 0 … " + (labels - 1));
        for (int i = 0; i < images.count() && labels > 0; i++) {
            int label = images.label(i);
            Checks.that(label >= 0 && label < labels && label != config.nullLabel(), "the label of image " + i, label,
                    "0 … " + (labels - 1) + (config.nullLabel() < 0 ? "" : " without the null label " + config.nullLabel()));
        }
    }

    /** One run. */
    private final class Run implements AutoCloseable {

        private static final String HEADER = "step,images,loss,gradient_norm,rate,images_per_second";

        private final ImageSource images;
        private TeacherTrainingConfig config;
        private final RunFolder folder;
        private final String key;
        private final TrainingState state;
        private NetworkTeacher average;

        Run(ImageSource images, TeacherTrainingConfig config, RunFolder folder) {
            this.images = images;
            this.config = config;
            this.folder = folder;
            key = TeacherKey.of(network, scheduler, images);
            state = newState();
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
                    NetworkTeacher.prediction(scheduler), images, labels() > 0);
            return new DenoisingTrainer(config, trained, batch, images);
        }

        /** Replaces a time budget by the number of images that fit it, after a few steps on another state. */
        void fitTimeBudget() throws IOException {
            if (config.timeBudget() != null) {
                try (TrainingState other = newState();
                        DenoisingTrainer trainer = newTrainer(other)) {
                    config = TimeBudget.fit(config, trainer);
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

        NetworkTeacher train() throws IOException {
            listener.started(config, state.step);
            average = new NetworkTeacher(network, scheduler, config.nullLabel(), new Model(Graph.of(network), device, false));
            boolean returned = false;
            try (DenoisingTrainer trainer = newTrainer(state)) {
                new TrainingLoop(config.steps(), config.reportImages(), config.checkpointImages(), config.folder(),
                                listener::shouldStop, this::report)
                        .run(state, new Reports(config, state.step), trainer::run);
                average.model().load(state.student, state.ema());
                returned = true;
                return average;
            } finally {
                if (!returned) {
                    average.close();
                }
            }
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
                average.model().load(state.student, state.ema());
                if (folder != null) {
                    folder.writeCheckpoint(state, key);
                    average.save(folder.teacherFolder());
                    drawPictures();
                }
                listener.checkpoint(state.step, average);
            }
        }

        /** Samples of the teacher: 50 steps, limited as its scheduler says, sample i of the label i mod the real ones. */
        private void drawPictures() throws IOException {
            int channels = network.input().channels();
            if (config.pictures() == 0 || channels != 1 && channels != 3) {
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
            state.close();
        }
    }
}
