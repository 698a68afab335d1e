package io.bootdistill;

import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.config.TextEncoderMode;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.CaptionedImages;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.pipeline.TrainablePipeline;
import io.bootdistill.internal.run.RunFolder;
import io.bootdistill.internal.run.Uninterrupted;
import io.bootdistill.internal.training.Checkpoint.Owner;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.ImageShape;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Trains a teacher of prompts from captioned pictures, as latent diffusion does (Rombach et al. 2022, arXiv 2112.10752): the
 * lesson of {@link TeacherTrainer} on the latents of a pipeline's autoencoder, whose encoder's means are taken, with the states of
 * its text encoder. Captions are sometimes left out, so that the teacher can be guided.
 *
 * <pre>{@code
 * CaptionTrainer trainer = new CaptionTrainer(Path.of("teachers/emoji-64"));
 * CaptionedImages images = CaptionedImages.of(CaptionFolder.read(Path.of("pictures")), trainer.picture());
 * try (Teacher teacher = trainer.train(images, TeacherTrainingConfig.builder().images(64_000).build())) {
 *     teacher.save(Path.of("my-teacher"));
 * }
 * }</pre>
 *
 * <p>The pipeline is a {@code StableDiffusionPipeline} or {@code StableDiffusionXLPipeline}: its tokenizer, text encoders and
 * autoencoder stay as they are and are written as they were, byte by byte. With {@link TeacherTrainingConfig#textEncoder} the text
 * encoder of the former is trained, too; it then reads each caption again in every step. Weights that are trained begin as they
 * are in the folder, or at random. Latents of all pictures, and what is read of each different caption, are made once and lie in
 * memory.
 *
 * <p>A trainer serves one run at a time.
 */
public final class CaptionTrainer {

    static final String ORIGIN = "set of pipeline, pictures and captions";

    private final PipelineFolder folder;
    private final Device device;
    private boolean isRandom;
    private RunHandle handle = new RunHandle();
    private TeacherTrainingListener listener = new TeacherTrainingListener() {};

    /** Trains on the best device. */
    public CaptionTrainer(Path pipeline) {
        this(pipeline, Devices.best());
    }

    /**
     * Trains on the given device.
     *
     * @throws io.bootdistill.error.ModelFormatException if a component is missing or damaged, or such a pipeline is not trained
     */
    public CaptionTrainer(Path pipeline, Device device) {
        this.device = Checks.notNull("device", device);
        folder = new TrainablePipeline(PipelineFolder.open(Checks.notNull("pipeline", pipeline)), false).folder();
    }

    /** Whether a folder is that of a run that trains a teacher of prompts: it goes on with {@link #resume}. */
    public static boolean isRun(Path run) {
        return PipelineFolder.isWhole(Checks.notNull("run", run).resolve(RunFolder.TEACHER));
    }

    /** Begins with random weights of what is trained, a function of the seed, instead of those in the folder. */
    public CaptionTrainer randomWeights() {
        isRandom = true;
        return this;
    }

    /** Lets runs be stopped from outside, as {@link TeacherTrainer#handle}; before their first step, images are encoded. */
    public CaptionTrainer handle(RunHandle handle) {
        this.handle = Checks.notNull("handle", handle);
        return this;
    }

    /** Reports to a listener. */
    public CaptionTrainer listener(TeacherTrainingListener listener) {
        this.listener = Checks.notNull("listener", listener);
        return this;
    }

    /** The shape of the pictures that the teacher is trained on, and draws. */
    public ImageShape picture() {
        return new TrainablePipeline(folder, false).picture();
    }

    /**
     * Trains a teacher. It has the averaged weights; the caller closes it.
     *
     * @param images of the shape {@link #picture}
     * @throws IOException if the run's folder exists and is not empty, or cannot be written
     * @throws IllegalArgumentException if the images or the configuration do not fit the pipeline, or memory does not hold them
     * @throws io.bootdistill.error.ModelFormatException if a picture cannot be read, or weights of the pipeline
     * @throws TrainingDivergedException if the loss is no longer finite; the last checkpoint is as it was
     */
    public Teacher train(CaptionedImages images, TeacherTrainingConfig config) throws IOException {
        Checks.notNull("images", images);
        Path path = Checks.notNull("config", config).output().folder();
        RunFolder run = path == null ? null : RunFolder.plan(path);
        try (Scope scope = new Scope();
                CaptionRun prepared = prepare(folder, images, config)) {
            TeacherTrainingConfig fitted =
                    config.length().isTime() ? TeacherTrainer.fitTimeBudget(prepared.setup(config)) : config;
            if (run != null) {
                scope.own(run.make());
            }
            String json = fitted.toJson();
            TrainingRun<Teacher> opened = prepared.open(fitted, run, prepared.owner(RunFolder.configKey(json)));
            opened.found(json);
            return opened.train(handle);
        }
    }

    /**
     * Continues a run from its last checkpoint: the result is, bit for bit, that of a run that was never stopped. All of the
     * pipeline is that in the run's folder.
     *
     * @param images those of the run
     * @param workers threads; the number may differ from the run's before
     */
    public Teacher resume(CaptionedImages images, Path path, int workers) throws IOException {
        Checks.notNull("images", images);
        RunFolder run = RunFolder.open(Checks.notNull("path", path));
        try (Scope scope = new Scope()) {
            scope.own(run.lock());
            TeacherTrainingConfig config = Uninterrupted.call(() -> run.readTeacherTraining(workers));
            try (CaptionRun prepared = prepare(PipelineFolder.open(run.teacherFolder()), images, config)) {
                Owner owner = prepared.owner(run.configKey());
                TrainingRun<Teacher> opened = prepared.open(config, run, owner);
                opened.restore("", owner, run);
                return opened.train(handle);
            }
        }
    }

    private CaptionRun prepare(PipelineFolder source, CaptionedImages images, TeacherTrainingConfig config) {
        TrainablePipeline pipeline = new TrainablePipeline(source, config.textEncoder() == TextEncoderMode.TRAINED);
        Checks.that(config.nullLabel() == -1, "nullLabel", config.nullLabel(), "-1 with captions: the empty one stands for none");
        Checks.that(images.shape().equals(pipeline.picture()), "the shape of the images", images.shape(),
                "that of the teacher's pictures, " + pipeline.picture());
        Checks.that(images.count() > 0, "the number of images", images.count(), "at least 1");
        return new CaptionRun(pipeline, images, device, config.work().workers(), isRandom, listener);
    }
}
