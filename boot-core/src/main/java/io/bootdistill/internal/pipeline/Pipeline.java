package io.bootdistill.internal.pipeline;

import io.bootdistill.device.Device;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.diffusers.ClassNames;
import io.bootdistill.internal.diffusers.PipelineClass;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.internal.work.ConditionTable;
import io.bootdistill.network.ConditionShape.Parts;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Graph;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import io.bootdistill.network.dit.Dit;
import io.bootdistill.network.unet.ConditionalUNet;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
    private final @Nullable Enlargement enlargement;
    private final @Nullable PictureDecoder decoder;

    private final TrainedWeights trained;

    /** What all that share it own together, and how many they are. */
    private final Scope scope;

    private final AtomicInteger holders;
    private final boolean isOwner;
    private final AtomicBoolean isClosed = new AtomicBoolean();

    /**
     * Reads a pipeline. The configurations and headers of all components are checked before weights of any are read.
     *
     * @param states a file of text states that were computed before; null for that of the folder, if it has one
     * @throws ModelFormatException if a component is missing, damaged, not supported, or that of another model
     */
    public Pipeline(PipelineFolder folder, Device device, @Nullable Path states) {
        this(folder, device, states, Set.of());
    }

    /** @param training names of components whose weights are to become others than the folder's */
    Pipeline(PipelineFolder folder, Device device, @Nullable Path states, Set<String> training) {
        this.folder = folder;
        scope = new Scope();
        holders = new AtomicInteger(1);
        isOwner = true;
        if (states != null && !folder.pipeline().readsTextStates()) {
            throw new IllegalArgumentException("the file of text states is " + states + ", must be left out: " + folder.path()
                    + " is a " + folder.pipeline().className() + ", which encodes prompts itself or reads none");
        }
        Network described = PipelineNetwork.of(folder);
        ClipComponents clip = described instanceof ConditionalUNet unet && !folder.pipeline().readsTextStates()
                ? ClipComponents.of(folder, unet.condition()) : null;
        enlargement = folder.pipeline() == PipelineClass.IF_SUPER_RESOLUTION ? Enlargement.of(folder) : null;
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
            model = denoising.read(device);
            trained = new TrainedWeights(folder, models(training));
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    private Map<String, Model> models(Set<String> components) {
        Map<String, Model> models = new TreeMap<>();
        for (String name : components) {
            models.put(name, name.equals(folder.network().name()) ? model : ((ClipConditioner) conditioner).model(0));
        }
        return models;
    }

    /** Reads a teacher's pipeline: one whose network is the format's, and no more. */
    public static Pipeline ofTeacher(PipelineFolder folder, Device device, @Nullable Path states) {
        PipelineNetwork.requireFormat(folder);
        folder.scheduler(); // refused before weights are read
        return new Pipeline(folder, device, states);
    }

    private Pipeline(Pipeline shared) {
        folder = shared.folder;
        network = shared.network;
        model = shared.model;
        conditioner = shared.conditioner;
        enlargement = shared.enlargement;
        decoder = shared.decoder;
        trained = shared.trained;
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
        return network instanceof ConditionalUNet;
    }

    /** The label that stands for no class; −1 where there is none. */
    public int nullLabel() {
        return network instanceof Dit dit ? dit.config().nullLabel() : -1;
    }

    /** The numbers of classes by name. */
    public ClassNames classNames() {
        return new ClassNames(folder.index(), folder.path().resolve(PipelineFolder.MODEL_INDEX).toString());
    }

    /** What the steps of a latent consistency model need, each of which leads to the end; null for another. */
    public @Nullable ConsistencySteps consistency() {
        return folder.pipeline() == PipelineClass.LATENT_CONSISTENCY ? ConsistencySteps.of(folder) : null;
    }

    /** Steps, where nothing is said. */
    public int usualSteps() {
        return folder.pipeline().usualSteps();
    }

    /** Guidance scale, where nothing is said: as the folder's marks say, or else those of the pipelines of diffusers. */
    public double usualGuidance() {
        return folder.usualGuidance();
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
        return model.at(Graph.of(((ConditionalUNet) network).at(denoised.height(), denoised.width())));
    }

    /** The weights that decode pictures; null where the network makes them. */
    public @Nullable Model decoding() {
        return decoder == null ? null : decoder.model();
    }

    /** Floating-point operations of decoding a picture. */
    public double decodingFlops() {
        return decoder == null ? 0 : decoder.flops();
    }

    /** What it reads of smaller pictures; null where it draws of noise alone. */
    public @Nullable Enlargement enlargement() {
        return enlargement;
    }

    /**
     * Refuses a request for prompts that cannot be read, or of smaller pictures that do not fit.
     *
     * @param denoised the shape of what is denoised
     */
    public void require(DrawRequest request, ImageShape denoised) {
        requireConditioner();
        if (enlargement != null) {
            enlargement.require(request, denoised);
        }
    }

    private void requireConditioner() {
        Checks.that(conditioner != null, "the file of text states", "missing", "given: this teacher reads what a T5 encoder has made"
                + " of prompts; put it into " + folder.path().resolve(PipelineFolder.TEXT_STATES) + ", or name it when loading");
    }

    /**
     * Encodes the prompts of a request that is one for this pipeline.
     *
     * @param guided whether what guidance leads away from is wanted, too
     * @param denoised the shape of what is denoised
     */
    public ConditionRows conditions(DrawRequest request, boolean guided, ImageShape denoised) {
        return ConditionRows.of(conditioner, enlargement, request, guided,
                ((ConditionalUNet) network).at(denoised.height(), denoised.width()).condition(), denoised, picture(denoised),
                model.device());
    }

    /**
     * Encodes prompts into a table on the device, a row for each, and after them what guidance leads away from, without pictures.
     *
     * @param prompts different ones
     * @param away further rows; an empty one is no prompt at all
     * @param picture the shape of the pictures
     */
    public ConditionTable conditions(List<String> prompts, List<String> away, ImageShape picture) {
        requireConditioner();
        Parts shape = ((ConditionalUNet) network).condition();
        return ConditionRows.table(
                conditioner, prompts, away, enlargement == null ? shape : Enlargement.without(shape), picture, model.device());
    }

    /** The conditions of prompts for pictures of a shape, {@link ConditionShape#floats} values each. */
    public float[] encoded(List<String> prompts, ImageShape picture) {
        int floats = network.condition().floats();
        float[] all = new float[Math.multiplyExact(prompts.size(), floats)];
        float[] row = new float[floats];
        for (int i = 0; i < prompts.size(); i++) {
            conditioner.write(prompts.get(i), picture.width(), picture.height(), row);
            System.arraycopy(row, 0, all, i * floats, floats);
        }
        return all;
    }

    /** Pictures of latents, [n][channels][height][width], about −1 … 1, not clamped; pixels as they are. */
    public float[] pixels(ImageShape denoised, float[] latents) {
        return decoder == null ? latents : decoder.pixels(denoised, latents);
    }

    /** The weights that a training changes; none but in a pipeline that is opened for that. */
    public TrainedWeights trained() {
        return trained;
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
