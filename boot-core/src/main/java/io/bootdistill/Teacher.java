package io.bootdistill;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.DiscreteSchedule;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.StateListener;
import io.bootdistill.format.Images;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.pipeline.Pipeline;
import io.bootdistill.internal.sampling.Predictor;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.internal.work.Users;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import io.bootdistill.network.UNet;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pretrained diffusion model on a device: the network, its noise schedule and what its outputs mean, as a diffusers folder
 * holds them. {@link #load} reads one; {@link #close} frees its memory. Immutable; any number of threads may sample it.
 */
public final class Teacher implements Denoiser {

    private final Network network;
    private final SchedulerConfig scheduler;
    private final NoiseSchedule schedule;
    private final Prediction prediction;
    private final int nullLabel;
    private final Model model;
    private final @Nullable TeacherFolder origin;
    private final Predictor predictor;
    private final Users users = new Users("the teacher");

    /** Null for a teacher of pixels that are drawn without more. */
    private final @Nullable Pipeline pipeline;

    /** Takes over the ownership of the model. */
    Teacher(UNet network, SchedulerConfig scheduler, int nullLabel, Model model) {
        this(network, scheduler, nullLabel, model, null, null);
    }

    /** Takes over the ownership of the model, or of the pipeline, whose it is. */
    private Teacher(Network network, SchedulerConfig scheduler, int nullLabel, Model model, @Nullable TeacherFolder origin,
            @Nullable Pipeline pipeline) {
        this.origin = origin;
        this.pipeline = pipeline;
        this.network = network;
        this.scheduler = scheduler;
        this.prediction = Prediction.of(scheduler);
        this.schedule = DiscreteSchedule.of(scheduler);
        this.nullLabel = nullLabel;
        this.model = model;
        predictor = new Predictor(resolved());
    }

    /**
     * Reads a teacher from a diffusers folder, nested ({@code unet/}, {@code scheduler/}) or flat, onto the best device.
     *
     * @throws io.bootdistill.error.ModelFormatException if a file cannot be read, is damaged or holds something else
     * @throws IllegalArgumentException if the network or the scheduler is not supported, by name
     */
    public static Teacher load(Path folder) {
        return load(folder, Devices.best());
    }

    /** Reads a teacher onto the given device; it will be distilled there. */
    public static Teacher load(Path folder, Device device) {
        return load(folder, device, null);
    }

    /**
     * Reads a teacher that draws from text states which were computed before: DeepFloyd IF.
     *
     * @param textStates a file as {@link io.bootdistill.text.TextStates} describes it; null for {@code text_states.safetensors} in
     *     the folder. A teacher that has neither can be looked into and saved, but does not draw.
     */
    public static Teacher load(Path folder, Device device, @Nullable Path textStates) {
        Checks.notNull("device", device);
        if (PipelineFolder.isWhole(Checks.notNull("folder", folder))) {
            return of(Pipeline.ofTeacher(PipelineFolder.open(folder), device, textStates));
        }
        Checks.that(textStates == null, "the file of text states", textStates, "left out: " + folder + " reads no prompts");
        NetworkFolder reader = NetworkFolder.open(folder);
        TeacherFolder origin = TeacherFolder.of(reader);
        UNet network = reader.network();
        return new Teacher(network, reader.folder().scheduler(), origin.nullLabel(network), reader.model(network, device), origin,
                null);
    }

    @Nullable TeacherFolder origin() {
        return origin;
    }

    /** Takes over the ownership of a pipeline. */
    static Teacher of(Pipeline own) {
        return new Teacher(own.network(), own.folder().scheduler(), own.nullLabel(), own.model(), null, own);
    }

    @Override
    public ImageShape shape() {
        return network.input();
    }

    @Override
    public NoiseSchedule schedule() {
        return schedule;
    }

    @Override
    public ConditionShape condition() {
        return network.condition();
    }

    @Override
    public int nullLabel() {
        return nullLabel;
    }

    /** What the network's output means. */
    public Prediction prediction() {
        return prediction;
    }

    /** The network. */
    public Network network() {
        return network;
    }

    /** The configuration of its scheduler. */
    public SchedulerConfig scheduler() {
        return scheduler;
    }

    /** Whether the scheduler has the predictions of x₀ limited: clamped, or by dynamic thresholding; for ε-prediction alone. */
    public boolean isLimited() {
        return resolved().isLimited();
    }

    /** The weights on their device. */
    Model model() {
        return model;
    }

    /**
     * Writes the teacher in the diffusers layout: a nested folder that {@link #load} and diffusers read. What {@link #load}
     * read is written as it was: each key of the configurations, each tensor under its name and in its type.
     *
     * @throws IOException naming the folder and the cause; an older teacher there is then as it was
     */
    public void save(Path folder) throws IOException {
        Checks.notNull("folder", folder);
        users.whileOpen(() -> {
            if (!(network instanceof UNet unet) || pipeline != null) {
                pipeline.trained().write(folder);
            } else if (origin != null) {
                origin.write(folder, model);
            } else {
                TeacherFolder.write(folder, unet, scheduler, nullLabel, model);
            }
            return null;
        });
    }

    /** The shape of the pictures that a request asks for: of what is denoised, or of what the autoencoder makes of that. */
    public ImageShape picture(DrawRequest request) {
        return pipeline == null ? denoised(request) : pipeline.picture(denoised(request));
    }

    /** The shape of what is denoised for a request. */
    public ImageShape denoised(DrawRequest request) {
        Checks.notNull("request", request);
        return pipeline == null ? shape() : pipeline.denoised(request.width(), request.height());
    }

    /** Whether it is a whole pipeline: draws from prompts, or through an autoencoder. */
    public boolean isPipeline() {
        return pipeline != null;
    }

    /** Steps of a picture, where a request does not say. */
    public int usualSteps() {
        return pipeline == null ? Drawing.USUAL_STEPS : pipeline.usualSteps();
    }

    /** Guidance scale of a picture, where a request does not say; 1 is none. */
    public double usualGuidance() {
        return pipeline == null ? 1 : pipeline.usualGuidance();
    }

    /** Whether it draws from prompts. */
    public boolean readsPrompts() {
        return pipeline != null && pipeline.readsPrompts();
    }

    /** The number of a class of a teacher of classes, by one of its names; refuses one that there is not, naming close ones. */
    public int classNumber(String name) {
        Checks.that(pipeline != null, "the class", Checks.notNull("name", name), "a number: this teacher has no names of classes");
        return pipeline.classNames().number(name);
    }

    /**
     * Draws pictures, by DDIM on the times that the folder's scheduler places, or by the steps of a latent consistency model.
     *
     * @throws IllegalArgumentException if the request does not fit this teacher: prompts for one of classes, or the reverse
     * @throws IllegalStateException if the teacher is closed
     */
    public List<BufferedImage> images(DrawRequest request) {
        ImageShape shape = picture(request);
        return Images.toImages(pixels(request, null), shape.channels(), shape.height(), shape.width());
    }

    /**
     * Draws pictures as numbers.
     *
     * @param listener told of each step, by several threads; null for none
     * @return [pictures][channels][height][width] of {@link #picture(DrawRequest)}, about −1 … 1, not clamped
     */
    public float[] pixels(DrawRequest request, @Nullable StateListener listener) {
        return users.whileOpen(() -> pixels(denoised(request), latents(request, listener)));
    }

    /** Pictures of {@link #latents} of this shape, [n][channels][height][width], about −1 … 1, not clamped; of pixels, the same. */
    public float[] pixels(ImageShape denoised, float[] latents) {
        Checks.notNull("denoised", denoised);
        Checks.notNull("latents", latents);
        return users.whileOpen(() -> pipeline == null ? latents : pipeline.pixels(denoised, latents));
    }

    /**
     * Draws what its network denoises: latents that are not decoded, or pixels.
     *
     * @param listener told of each step, by several threads; null for none
     * @return [pictures][channels][height][width] of {@link #denoised}
     */
    public float[] latents(DrawRequest request, @Nullable StateListener listener) {
        return users.whileOpen(() -> new Drawing(resolved(), pipeline, request).run(listener));
    }

    /** What stands beside its network; null for a teacher of pixels that are drawn without more. */
    @Nullable Pipeline pipeline() {
        return pipeline;
    }

    /** As machinery sees it. */
    TeacherModel resolved() {
        return new TeacherModel(this, model, prediction, scheduler, null);
    }

    /** As machinery sees any teacher. */
    static TeacherModel resolve(Denoiser denoiser) {
        return denoiser instanceof Teacher teacher ? teacher.resolved() : TeacherModel.of(denoiser);
    }

    /**
     * Predicts x₀ for n samples, from any number of threads at once. The first call of each prepares memory for its later ones.
     *
     * @throws IllegalArgumentException if an array is too short, or a label none of the network's
     * @throws IllegalStateException if the teacher is closed
     */
    @Override
    public void predict(int n, float[] x, double[] t, float @Nullable [] condition, float[] f) {
        predictor.predict(n, x, t, condition, f);
    }

    /** Keeps the teacher of a model open until what is returned is closed, on this thread. */
    static Users.Use use(TeacherModel model) {
        return model.denoiser() instanceof Teacher its ? its.users.use() : () -> {};
    }

    /** Those that its memory is kept for. */
    Users users() {
        return users;
    }

    /**
     * Frees its memory, once what other threads draw, sample, predict, save or distil has ended; later calls are refused. Not for
     * a listener of these, which would wait for itself. Closing twice does nothing.
     */
    @Override
    public void close() {
        users.close(); // or refuses, before anything is freed
        try (Scope scope = new Scope()) {
            scope.own(pipeline == null ? model : pipeline);
            scope.own(predictor);
        }
    }
}
