package io.bootdistill;

import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.config.TextEncoderMode;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.diffusion.MeanImages;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.denoising.DenoisingSetup;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.run.RunFolder;
import io.bootdistill.internal.run.TeacherKey;
import io.bootdistill.internal.run.TimeBudget;
import io.bootdistill.internal.run.Uninterrupted;
import io.bootdistill.internal.training.Checkpoint.Owner;
import io.bootdistill.internal.training.Trainer;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import io.bootdistill.network.TimeEmbeddingType;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Trains a teacher from images: plain denoising, E‖F(α_t x₀ + σ_t ε, t, c) − o‖² with o = ε, v or x₀ as the scheduler's
 * {@code prediction_type} says (Ho et al. 2020, arXiv 2006.11239; Salimans and Ho 2022, arXiv 2202.00512). t is uniform over
 * the real-valued indices of the schedule, since distillation asks for all of them. Labels are sometimes replaced by the null
 * label, so that the teacher can be guided (Ho and Salimans 2022, arXiv 2207.12598).
 *
 * <pre>{@code
 * ImageSource images = InMemoryImages.of(new ImageShape(1, 28, 28), pixels, labels);
 * UNetConfig network = UNetConfig.of(images.shape(), List.of(32, 64, 64), 2, 11);
 * SchedulerConfig scheduler = SchedulerConfig.of(BetaSchedule.LINEAR, PredictionType.EPSILON);
 * TeacherTrainingConfig config = TeacherTrainingConfig.builder().nullLabel(10).build();
 * try (Teacher teacher = new TeacherTrainer(network, scheduler).train(images, config)) {
 *     teacher.save(Path.of("my-teacher"));
 * }
 * }</pre>
 *
 * <p>A trainer serves one run at a time.
 */
public final class TeacherTrainer {

    /** What a key identifies. */
    static final String ORIGIN = "set of network, scheduler and images";

    private final UNet network;
    private final SchedulerConfig scheduler;
    private final Device device;
    private RunHandle handle = new RunHandle();
    private TeacherTrainingListener listener = new TeacherTrainingListener() {};

    /** Trains on the best device. */
    public TeacherTrainer(UNetConfig network, SchedulerConfig scheduler) {
        this(network, scheduler, Devices.best());
    }

    /** Trains on the given device. */
    public TeacherTrainer(UNetConfig network, SchedulerConfig scheduler, Device device) {
        this(new UNet(Checks.notNull("network", network)), scheduler, device);
    }

    /**
     * Trains on the given device a network that may be one that enlarges: it is shown each image with its smaller copy, means of
     * squares of pixels, noised to a level of 0 … {@value io.bootdistill.diffusion.SmallerImages#MOST_LEVEL} of its own schedule.
     */
    public TeacherTrainer(UNet unet, SchedulerConfig scheduler, Device device) {
        UNetConfig network = Checks.notNull("unet", unet).config();
        this.scheduler = Checks.notNull("scheduler", scheduler);
        this.device = Checks.notNull("device", device);
        Checks.that(unet.input().channels() == network.outChannels(), "out_channels", network.outChannels(),
                "the channels of its images, " + unet.input().channels());
        Checks.that(network.timeEmbeddingType() != TimeEmbeddingType.FOURIER,
                "time_embedding_type", "fourier", "positional: fourier embeddings divide by the time, which ends at 0");
        Checks.that(network.dropout() == 0, "dropout", network.dropout(), "0");
        Checks.that(unet.scalars().equals(List.of("t")), "the scalars of the network", unet.scalars(),
                "[t]: others are students' alone");
        this.network = unet;
        Checks.that(unet.small() != null || unet.condition() instanceof ConditionShape.None
                || unet.condition() instanceof ConditionShape.Label, "class_embed_type", network.classEmbedType(),
                "null: teachers are trained without condition, with labels, or with smaller pictures");
    }

    /**
     * A trainer with the network and the scheduler of a run that is to go on.
     *
     * @throws IOException if the folder holds no run
     */
    public static TeacherTrainer ofRun(Path run, Device device) throws IOException {
        Checks.notNull("device", device);
        NetworkFolder teacher = NetworkFolder.open(RunFolder.open(Checks.notNull("run", run)).teacherFolder());
        return new TeacherTrainer(teacher.network(), teacher.folder().scheduler(), device);
    }

    /**
     * Lets runs be stopped from outside. They also stop, within a step, by their listener or when their thread is interrupted:
     * it then still is, and the files are written all the same.
     */
    public TeacherTrainer handle(RunHandle handle) {
        this.handle = Checks.notNull("handle", handle);
        return this;
    }

    /** Reports to a listener. */
    public TeacherTrainer listener(TeacherTrainingListener listener) {
        this.listener = Checks.notNull("listener", listener);
        return this;
    }

    /**
     * Trains a teacher. It has the averaged weights; the caller closes it.
     *
     * @throws IOException if the run's folder exists and is not empty, or cannot be written
     * @throws IllegalArgumentException if the images or the configuration do not fit the network
     * @throws TrainingDivergedException if the loss is no longer finite; the last checkpoint is as it was
     */
    public Teacher train(ImageSource images, TeacherTrainingConfig config) throws IOException {
        check(images, config);
        Path path = config.output().folder();
        RunFolder folder = path == null ? null : RunFolder.plan(path);
        try (Scope scope = new Scope()) {
            if (folder != null) {
                scope.own(folder.make());
            }
            DenoisingSetup asked = setup(images, config);
            TeacherTrainingConfig fitted = asked.config().length().isTime() ? fitTimeBudget(asked) : asked.config();
            String json = fitted.toJson();
            Owner owner = new Owner(key(images), ORIGIN, RunFolder.configKey(json));
            TrainingRun<Teacher> run = scope.own(newRun(newPupil(images, fitted, listener), fitted, folder, owner));
            run.found(json);
            return run.train(handle);
        }
    }

    /** The same with block and lanes decided. */
    TeacherTrainingConfig divided(ImageSource images, TeacherTrainingConfig config) {
        return setup(images, config).config();
    }

    /** The configuration, with a time budget replaced by a number of images. */
    static TeacherTrainingConfig fitTimeBudget(DenoisingSetup asked) {
        TeacherTrainingConfig config = asked.config();
        int batch = config.work().batch();
        DenoisingSetup setup = asked.with(config.toBuilder().images(TimeBudget.PROVISIONAL_STEPS * batch).build());
        try (TrainingState copy = setup.newState();
                Trainer trainer = setup.newTrainer(copy)) {
            long steps = TimeBudget.steps(config, TimeBudget.seconds(
                    trainer, TimeBudget.PROVISIONAL_STEPS, config.length().timeBudget()));
            return config.toBuilder().images(steps * batch).build();
        }
    }

    /**
     * Continues a run from its last checkpoint: the result is, bit for bit, that of a run that was never stopped.
     *
     * @param images those of the run; the network and the scheduler must be the run's, too
     * @param workers threads; the number may differ from the run's before
     */
    public Teacher resume(ImageSource images, Path path, int workers) throws IOException {
        Checks.notNull("images", images);
        RunFolder folder = RunFolder.open(Checks.notNull("path", path));
        try (Scope scope = new Scope()) {
            scope.own(folder.lock());
            TeacherTrainingConfig config = Uninterrupted.call(() -> folder.readTeacherTraining(workers));
            check(images, config);
            Owner owner = new Owner(key(images), ORIGIN, folder.configKey());
            TrainingRun<Teacher> run = scope.own(newRun(newPupil(images, config, listener), config, folder, owner));
            run.restore("", owner, folder);
            return run.train(handle);
        }
    }

    TeacherPupil newPupil(ImageSource images, TeacherTrainingConfig config, TeacherTrainingListener follower) {
        Teacher average = new Teacher(network, scheduler, config.nullLabel(), new Model(Graph.of(network), device, false));
        return new TeacherPupil(setup(images, config), average, List.of(), follower);
    }

    private DenoisingSetup setup(ImageSource images, TeacherTrainingConfig config) {
        return new DenoisingSetup(network, scheduler, device, images, config);
    }

    /** @param owner null for a part of a joint run */
    static TrainingRun<Teacher> newRun(
            TeacherPupil pupil, TeacherTrainingConfig config, @Nullable RunFolder folder, @Nullable Owner owner) {
        return new TrainingRun<>(pupil, config.steps(), config.work().batch(), config.output(), folder, owner);
    }

    /** What identifies the training on these images. */
    String key(ImageSource images) {
        return TeacherKey.of(network, scheduler, images);
    }

    private int labels() {
        return network.condition() instanceof ConditionShape.Label label ? label.count() : 0;
    }

    /** Refuses what does not fit the network. */
    void check(ImageSource images, TeacherTrainingConfig config) {
        Checks.notNull("images", images);
        Checks.notNull("config", config);
        Checks.that(images.shape().equals(network.input()), "the shape of the images", images.shape(),
                "that of the network, " + network.input());
        if (network.small() != null) {
            new MeanImages(images, network.small()); // refuses sizes that do not fit
        }
        Checks.that(images.count() > 0, "the number of images", images.count(), "at least 1");
        Checks.that(config.textEncoder() == TextEncoderMode.FROZEN, "textEncoder", config.textEncoder(),
                "FROZEN: this teacher has none");
        int labels = labels();
        Checks.that(config.nullLabel() < labels || config.nullLabel() == -1, "nullLabel", config.nullLabel(),
                labels == 0 ? "-1: the network has no labels" : "a label 0 … " + (labels - 1));
        for (int i = 0; i < images.count() && labels > 0; i++) {
            int label = images.label(i);
            Checks.that(label >= 0 && label < labels && label != config.nullLabel(), "the label of image " + i, label,
                    "0 … " + (labels - 1) + (config.nullLabel() < 0 ? "" : " without the null label " + config.nullLabel()));
        }
    }
}
