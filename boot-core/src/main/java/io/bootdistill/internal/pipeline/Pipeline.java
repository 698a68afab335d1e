package io.bootdistill.internal.pipeline;

import com.google.gson.JsonElement;
import io.bootdistill.device.Device;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.diffusers.ClassNames;
import io.bootdistill.internal.diffusers.PipelineClass;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.Graph;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import io.bootdistill.network.dit.Dit;
import io.bootdistill.network.unet.ConditionalUNet;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline of diffusers on a device: the network that denoises, what makes its conditions of prompts, and what makes pictures of
 * its latents. Any number of threads may use it.
 */
public final class Pipeline implements AutoCloseable {

    private final PipelineFolder folder;
    private final Network network;
    private final Scope scope = new Scope();
    private final Model model;
    private final @Nullable Conditioner conditioner;
    private final @Nullable Enlargement enlargement;
    private final @Nullable PictureDecoder decoder;

    /**
     * Reads a pipeline. The configurations and headers of all components are checked before weights of any are read.
     *
     * @param states a file of text states that were computed before; null for that of the folder, if it has one
     * @throws ModelFormatException if a component is missing, damaged, not supported, or that of another model
     */
    public Pipeline(PipelineFolder folder, Device device, @Nullable Path states) {
        this.folder = folder;
        if (states != null && !folder.pipeline().readsTextStates()) {
            throw new IllegalArgumentException("the file of text states is " + states + ", must be left out: " + folder.path()
                    + " is a " + folder.pipeline().className() + ", which encodes prompts itself or reads none");
        }
        Network described = PipelineNetwork.of(folder);
        ClipComponents clip = described instanceof ConditionalUNet unet && !folder.pipeline().readsTextStates()
                ? ClipComponents.of(folder, unet.condition()) : null;
        enlargement = folder.pipeline() == PipelineClass.IF_SUPER_RESOLUTION ? new Enlargement(folder) : null;
        PictureComponent autoencoder = PictureComponent.of(folder, described.input());
        ComponentModel decoding = autoencoder == null ? null : autoencoder.weights();
        Path file = states != null ? states : folder.textStates();
        try {
            StatesConditioner computed = file == null ? null
                    : scope.own(new StatesConditioner(file, (ConditionalUNet) described, folder.path()));
            network = computed == null ? described : ((ConditionalUNet) described).withTokens(computed.tokens());
            ComponentModel denoising = new ComponentModel(folder.network(), network);
            conditioner = clip == null ? computed : scope.own(new ClipConditioner(clip, device));
            decoder = decoding == null ? null : scope.own(new PictureDecoder(decoding, device));
            model = scope.own(denoising.read(device));
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
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
        return network instanceof ConditionalUNet;
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
        return switch (folder.pipeline()) {
            case LATENT_CONSISTENCY -> 4;
            case IF -> 100;
            default -> 50;
        };
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
        return model.at(Graph.of(sized(denoised)));
    }

    private ConditionalUNet sized(ImageShape denoised) {
        return ((ConditionalUNet) network).at(denoised.height(), denoised.width());
    }

    /** Floating-point operations of decoding a picture. */
    public double decodingFlops() {
        return decoder == null ? 0 : decoder.flops();
    }

    /** Whether it draws larger pictures of smaller ones. */
    public boolean enlarges() {
        return enlargement != null;
    }

    /**
     * Refuses a request for prompts that cannot be read, or of smaller pictures that do not fit.
     *
     * @param denoised the shape of what is denoised
     */
    public void require(DrawRequest request, ImageShape denoised) {
        Checks.that(conditioner != null, "the file of text states", "missing", "given: this teacher reads what a T5 encoder has made"
                + " of prompts; put it into " + folder.path().resolve(PipelineFolder.TEXT_STATES) + ", or name it when loading");
        if (enlargement != null) {
            enlargement.require(request, denoised);
        }
    }

    /**
     * Encodes the prompts of a request that is one for this pipeline.
     *
     * @param guided whether what guidance leads away from is wanted, too
     * @param denoised the shape of what is denoised
     */
    public ConditionRows conditions(DrawRequest request, boolean guided, ImageShape denoised) {
        return ConditionRows.of(conditioner, enlargement, request, guided, sized(denoised).condition(), denoised,
                picture(denoised), model.device());
    }

    /** Pictures of latents, [n][channels][height][width], about −1 … 1, not clamped; pixels as they are. */
    public float[] pixels(ImageShape denoised, float[] latents) {
        return decoder == null ? latents : decoder.pixels(denoised, latents);
    }

    @Override
    public void close() {
        scope.close();
    }
}
