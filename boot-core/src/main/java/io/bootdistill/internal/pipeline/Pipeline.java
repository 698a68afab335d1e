package io.bootdistill.internal.pipeline;

import com.google.gson.JsonElement;
import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.diffusers.ClassNames;
import io.bootdistill.internal.diffusers.PipelineClass;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.internal.work.ConditionTable;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Graph;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import io.bootdistill.network.dit.Dit;
import io.bootdistill.network.unet.ConditionalUNet;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline of diffusers on a device: the network that denoises, what makes its conditions of prompts, and what makes pictures of
 * its latents. Any number of threads may use it.
 */
public final class Pipeline implements AutoCloseable {

    private final PipelineFolder folder;
    private final Network network;
    private final Model model;
    private final @Nullable Conditioner conditioner;
    private final @Nullable PictureDecoder decoder;

    /** What all that share it own together, and how many they are. */
    private final Scope scope;

    private final AtomicInteger holders;
    private final boolean isOwner;
    private final AtomicBoolean isClosed = new AtomicBoolean();

    /**
     * Reads a pipeline. The configurations and headers of all components are checked before weights of any are read.
     *
     * @throws ModelFormatException if a component is missing, damaged, not supported, or that of another model
     */
    public Pipeline(PipelineFolder folder, Device device) {
        this.folder = folder;
        scope = new Scope();
        holders = new AtomicInteger(1);
        isOwner = true;
        network = PipelineNetwork.of(folder);
        ClipComponents clip = network instanceof ConditionalUNet unet && folder.has("tokenizer")
                ? ClipComponents.of(folder, unet.condition()) : null;
        PictureComponent autoencoder = PictureComponent.of(folder, network.input());
        ComponentModel decoding = autoencoder == null ? null : autoencoder.weights();
        ComponentModel denoising = new ComponentModel(folder.network(), network);
        try {
            conditioner = clip == null ? null : scope.own(new ClipConditioner(clip, device));
            decoder = decoding == null ? null : scope.own(new PictureDecoder(decoding, device));
            model = denoising.read(device);
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    /** Reads a teacher's pipeline: one whose network is the format's, and no more. */
    public static Pipeline ofTeacher(PipelineFolder folder, Device device) {
        PipelineNetwork.requireFormat(folder);
        return new Pipeline(folder, device);
    }

    private Pipeline(Pipeline shared) {
        folder = shared.folder;
        network = shared.network;
        model = shared.model;
        conditioner = shared.conditioner;
        decoder = shared.decoder;
        scope = shared.scope;
        holders = shared.holders;
        isOwner = false;
    }

    /**
     * The same encoders and decoder for another network of its kind, whoever closes first; but the weights of this one's network
     * go with it.
     */
    public Pipeline share() {
        holders.incrementAndGet();
        return new Pipeline(this);
    }

    /** What was read. */
    public PipelineFolder folder() {
        return folder;
    }

    /** The network that denoises. */
    public Network network() {
        return network;
    }

    /** Its weights. */
    public Model model() {
        return model;
    }

    /** Whether it draws from prompts. */
    public boolean readsPrompts() {
        return conditioner != null;
    }

    /** Whether it was distilled to few steps, each of which leads to the end: a latent consistency model. */
    public boolean isConsistency() {
        return folder.pipeline() == PipelineClass.LATENT_CONSISTENCY;
    }

    /** The label that stands for no class; −1 where there is none. */
    public int nullLabel() {
        return network instanceof Dit dit ? dit.config().nullLabel() : -1;
    }

    /** The numbers of classes by name. */
    public ClassNames classNames() {
        return new ClassNames(folder.index(), folder.path().resolve(PipelineFolder.MODEL_INDEX).toString());
    }

    /** How many of its times a latent consistency model was distilled on. */
    public int consistencyTimes() {
        return number("original_inference_steps", 50).intValue();
    }

    /** The scale of the time in its boundary condition. */
    public double consistencyScaling() {
        return number("timestep_scaling", 10).doubleValue();
    }

    private Number number(String key, Number byDefault) {
        Path file = folder.component(PipelineClass.SCHEDULER).folder().resolve("scheduler_config.json");
        JsonElement value = Json.read(file).get(key);
        if (value == null || value.isJsonNull()) {
            return byDefault;
        }
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isNumber() || !(value.getAsDouble() >= 1)) {
            throw new ModelFormatException(file + ": " + key + " is " + value
                    + ", must be a number of at least 1");
        }
        return value.getAsNumber();
    }

    /** Steps, where nothing is said. */
    public int usualSteps() {
        return usualSteps(folder);
    }

    static int usualSteps(PipelineFolder folder) {
        return folder.pipeline() == PipelineClass.LATENT_CONSISTENCY ? 4 : 50;
    }

    /** Guidance scale, where nothing is said: those of the pipelines of diffusers. */
    public double usualGuidance() {
        return usualGuidance(folder);
    }

    static double usualGuidance(PipelineFolder folder) {
        return switch (folder.pipeline()) {
            case STABLE_DIFFUSION -> 7.5;
            case LATENT_CONSISTENCY -> 8.5;
            case STABLE_DIFFUSION_XL -> 5;
            case DIT, IF_SUPER_RESOLUTION -> 4;
            case IF -> 7;
            case DDPM, DDIM, LDM -> 1;
        };
    }

    /** The shape of a picture of what is denoised. */
    public ImageShape picture(ImageShape denoised) {
        return decoder == null ? denoised : decoder.picture(denoised);
    }

    /**
     * The shape of what is denoised for a picture of so many pixels.
     *
     * @param width 0, as the height, for the size that the network was made for
     * @throws IllegalArgumentException if the network cannot make such a picture
     */
    public ImageShape denoised(int width, int height) {
        ImageShape usual = network.input();
        if (width == 0) {
            return usual;
        }
        int reduction = picture(usual).height() / usual.height();
        int unit = reduction * (network instanceof ConditionalUNet unet ? unet.config().sizeUnit() : 1);
        ImageShape made = new ImageShape(usual.channels(), height / reduction, width / reduction);
        Checks.that(network instanceof ConditionalUNet || made.equals(usual), "the size", width + "x" + height,
                picture(usual).width() + "x" + picture(usual).height() + ", that of the network");
        Checks.that(width % unit == 0 && height % unit == 0, "the size", width + "x" + height, "multiples of " + unit);
        return made;
    }

    /** The network's weights for another size than its own; the caller closes it before this pipeline. */
    public Model model(ImageShape denoised) {
        ConditionalUNet unet = (ConditionalUNet) network;
        return model.at(Graph.of(new ConditionalUNet(
                unet.config(), denoised.height(), denoised.width(), unet.tokens(), unet.masked(), unet.extras())));
    }

    /** Floating-point operations of decoding a picture. */
    public double decodingFlops() {
        return decoder == null ? 0 : decoder.flops();
    }

    /**
     * Encodes prompts into a table on the device, a row for each, and after them what guidance leads away from.
     *
     * @param prompts different ones
     * @param away further rows; an empty one is no prompt at all
     * @param picture the shape of the pictures
     */
    public ConditionTable conditions(List<String> prompts, List<String> away, ImageShape picture) {
        ConditionShape.Parts shape = conditioner.shape();
        int rows = prompts.size() + away.size();
        ConditionTable table = new ConditionTable(shape, rows, model.device());
        float[] row = new float[shape.floats()];
        try (Kernels kernels = model.device().openKernels()) {
            for (int i = 0; i < rows; i++) {
                String prompt = i < prompts.size() ? prompts.get(i) : away.get(i - prompts.size());
                write(prompt, i >= prompts.size(), picture, row);
                table.set(kernels, i, row, 0);
            }
            return table;
        } catch (RuntimeException | Error e) {
            table.close();
            throw e;
        }
    }

    /**
     * The conditions of prompts, {@link ConditionShape#floats} values each.
     *
     * @param picture the shape of the pictures
     */
    public float[] encoded(List<String> prompts, ImageShape picture) {
        int floats = conditioner.shape().floats();
        float[] all = new float[Math.multiplyExact(prompts.size(), floats)];
        float[] row = new float[floats];
        for (int i = 0; i < prompts.size(); i++) {
            write(prompts.get(i), true, picture, row);
            System.arraycopy(row, 0, all, i * floats, floats);
        }
        return all;
    }

    /** @param orNull whether an empty prompt is none at all */
    private void write(String prompt, boolean orNull, ImageShape picture, float[] row) {
        if (orNull && prompt.isEmpty()) {
            conditioner.writeNull(picture.width(), picture.height(), row);
        } else {
            conditioner.write(prompt, picture.width(), picture.height(), row);
        }
    }

    /** Pictures of latents, [n][channels][height][width], about −1 … 1, not clamped; pixels as they are. */
    public float[] pixels(ImageShape denoised, float[] latents) {
        return decoder == null ? latents : decoder.pixels(denoised, latents);
    }

    /** Closing twice does nothing. */
    @Override
    public void close() {
        if (!isClosed.compareAndSet(false, true)) {
            return;
        }
        try (Scope own = new Scope()) {
            if (holders.decrementAndGet() == 0) {
                own.own(scope);
            }
            if (isOwner) {
                own.own(model);
            }
        }
    }
}
