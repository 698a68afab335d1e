package io.bootdistill.network.unet;

import static io.bootdistill.internal.file.ConfigCheck.between;
import static io.bootdistill.internal.file.ConfigCheck.that;

import io.bootdistill.network.ConditionShape.Part;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Frequencies;
import io.bootdistill.network.GraphBuilder;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Network;
import io.bootdistill.network.TimeLayers;
import io.bootdistill.network.UNet;
import io.bootdistill.network.Value;
import io.bootdistill.network.unet.UNetEmbedding.Addition;
import io.bootdistill.network.unet.UNetEmbedding.ClassCondition;
import io.bootdistill.network.unet.UNetStages.Stage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The U-Net of text-to-image models in the diffusers format ({@code UNet2DConditionModel}): a {@link
 * io.bootdistill.network.UNet} whose pixels see the tokens of a text. Parameter names are the format's.
 *
 * <p>Input {@link #TIME} is the real-valued index of the time step; {@link #GUIDANCE}, where the configuration has its embedding,
 * the scale of the guidance that the output is to have. The condition has the part {@link #TEXT}, and where the configuration asks
 * for them {@link #POOLED} with {@link #TIME_IDS}, and {@link #CLASS}. A model that reads a picture beside its
 * input (a smaller one to enlarge) has its channels in those of x, or, where they are said, the part {@link #IMAGE}.
 *
 * @param height rows of x, a multiple of {@link ConditionalUNetConfig#sizeUnit}
 * @param width columns of x, likewise
 * @param tokens of a text, at least 1
 * @param masked whether a mask comes with them, for attention to leave tokens out
 * @param imageChannels the last so many of {@code in_channels} are those of a picture that is part of the condition, 0 for none
 * @param extras further scalar inputs, which the format does not have: each is embedded like the time, into parameters named
 *     after it, and added to its embedding
 */
public record ConditionalUNet(
        ConditionalUNetConfig config, int height, int width, int tokens, boolean masked, int imageChannels, List<String> extras)
        implements Network {

    /** The scalar that is the time. */
    public static final String TIME = "t";

    /** The scalar that is the guidance scale, 1 for none. */
    public static final String GUIDANCE = "w";

    /** The part that is the text as its encoder gives it. */
    public static final String TEXT = "text";

    /** The part that is the text's pooled vector. */
    public static final String POOLED = "pooled";

    /** The part that is the {@link Addition.TextTime#IDS} numbers that go with the pooled vector. */
    public static final String TIME_IDS = "time_ids";

    /** The part that is a class: a label, a number, or a vector. */
    public static final String CLASS = UNet.CLASS;

    /** The part that is a picture of x's size, whose channels follow those of x. */
    public static final String IMAGE = UNet.IMAGE;

    /** Channels of the embedding of the guidance scale in a network that is given one: the stock pipelines'. */
    private static final int GUIDANCE_CHANNELS = 256;

    /** @throws IllegalArgumentException naming what is out of range, or that this network has no form with a mask */
    public ConditionalUNet {
        extras = List.copyOf(extras);
        int unit = config.sizeUnit();
        that(height % unit == 0 && width % unit == 0, "the size is " + height + "×" + width,
                "a multiple of " + unit + " for " + config.levels().size() + " levels");
        between("height", height, 1, ConditionalUNetConfig.MOST_PIXELS);
        between("width", width, 1, ConditionalUNetConfig.MOST_PIXELS);
        between("the number of tokens", tokens, 1, 1 << 16);
        that(!masked || !config.hasSimpleCrossAttention(), "masked is true",
                "false where attention reads text and pixels at once (SimpleCrossAttn…)");
        between("the channels of the image", imageChannels, 0, config.sample().inChannels() - 1);
    }

    /** A network of the format, without a picture in its condition. */
    public ConditionalUNet(ConditionalUNetConfig config, int height, int width, int tokens, boolean masked) {
        this(config, height, width, tokens, masked, 0, List.of());
    }

    /**
     * A network for images of the size that it was made for, without a mask.
     *
     * @throws IllegalArgumentException if the configuration has no size
     */
    public ConditionalUNet(ConditionalUNetConfig config, int tokens) {
        this(config, config.sample().height(), config.sample().width(), tokens, false);
    }

    /** The same network for another size. */
    public ConditionalUNet at(int height, int width) {
        return new ConditionalUNet(config, height, width, tokens, masked, imageChannels, extras);
    }

    /** The same network for texts of another length. */
    public ConditionalUNet withTokens(int tokens) {
        return new ConditionalUNet(config, height, width, tokens, masked, imageChannels, extras);
    }

    /** The same network, the last channels of whose input are a picture that is part of its condition. */
    public ConditionalUNet withImage(int channels) {
        return new ConditionalUNet(config, height, width, tokens, masked, channels, extras);
    }

    @Override
    public ImageShape input() {
        return new ImageShape(config.sample().inChannels() - imageChannels, height, width);
    }

    @Override
    public int outputChannels() {
        return config.sample().outChannels();
    }

    @Override
    public List<String> scalars() {
        List<String> scalars = new ArrayList<>(
                config.embedding().time().hasGuidance() ? List.of(TIME, GUIDANCE) : List.of(TIME));
        scalars.addAll(extras);
        return scalars;
    }

    /** With {@link #GUIDANCE}, the format's own way; with others, as {@link #extras}. */
    @Override
    public ConditionalUNet withScalar(String name) {
        if (scalars().contains(name)) {
            throw new UnsupportedOperationException("a UNet2DConditionModel with the scalars " + scalars()
                    + " has no form with the scalar input " + name + " twice");
        }
        if (name.equals(GUIDANCE)) {
            return new ConditionalUNet(config.withGuidance(GUIDANCE_CHANNELS), height, width, tokens, masked, imageChannels, extras);
        }
        List<String> more = new ArrayList<>(extras);
        more.add(name);
        return new ConditionalUNet(config, height, width, tokens, masked, imageChannels, more);
    }

    @Override
    public List<TimeLayers> timeLayers() {
        UNetEmbedding.Time time = config.embedding().time();
        return List.of(new TimeLayers("time_embedding", config.residual().activation(), t -> Frequencies.embedding(
                (float) t, config.firstChannels() / 2, time.freqShift(), time.flipSinToCos())));
    }

    @Override
    public ConditionShape.Parts condition() {
        List<Part> parts = new ArrayList<>();
        parts.add(new Part(TEXT, new ConditionShape.Tokens(tokens, config.text().encoderChannels(), masked)));
        if (config.embedding().addition() instanceof Addition.TextTime addition) {
            parts.add(new Part(POOLED, new ConditionShape.Vector(addition.pooledChannels())));
            parts.add(new Part(TIME_IDS, new ConditionShape.Tokens(Addition.TextTime.IDS, 1, false)));
        }
        ConditionShape classes = classes();
        if (classes != null) {
            parts.add(new Part(CLASS, classes));
        }
        if (imageChannels > 0) {
            parts.add(new Part(IMAGE, new ConditionShape.Image(new ImageShape(imageChannels, height, width))));
        }
        return new ConditionShape.Parts(parts);
    }

    private @Nullable ConditionShape classes() {
        ClassCondition classes = config.embedding().classes();
        if (classes instanceof ClassCondition.Labels labels) {
            return new ConditionShape.Label(labels.count());
        }
        if (classes instanceof ClassCondition.Timestep) {
            return new ConditionShape.Vector(1);
        }
        if (classes instanceof ClassCondition.Identity) {
            return new ConditionShape.Vector(config.embedding().time().channels());
        }
        if (classes instanceof ClassCondition.Projection projection) {
            return new ConditionShape.Vector(projection.channels());
        }
        return classes instanceof ClassCondition.SimpleProjection projection
                ? new ConditionShape.Vector(projection.channels()) : null;
    }

    @Override
    public Value describe(GraphBuilder graph) {
        Value text = graph.condition(TEXT);
        Value embedding = new UNetEmbeddingLayers(graph, config, extras).sum(
                graph.scalar(TIME), graph.scalar(GUIDANCE), graph.condition(CLASS), text, graph.condition(POOLED),
                graph.condition(TIME_IDS));
        if (config.text().projected()) {
            text = graph.linear("encoder_hid_proj", text, config.text().channels(), null);
        }
        UNetStages stages = UNetStages.of(config);
        UNetLayers layers = new UNetLayers(
                graph, config.residual(),
                new TextAttentionLayers(graph, config.attention(), config.residual().groups(), text, graph.mask(TEXT)),
                embedding, stages.resnets());

        Value x = imageChannels == 0 ? graph.x() : graph.concat(graph.x(), graph.condition(IMAGE));
        x = config.sample().centered() ? graph.affine(x, 2, -1) : x;
        x = graph.conv("conv_in", x, config.firstChannels());
        Deque<Value> skips = new ArrayDeque<>(List.of(x));
        for (Stage stage : stages.down()) {
            for (int j = 0; j < stage.resnets().size(); j++) {
                x = layers.layer(stage, j, x);
                skips.push(x);
            }
            if (stage.sampled()) {
                x = layers.halved(stage, x);
                skips.push(x);
            }
        }
        x = layers.middle(stages.middle(), x);
        for (Stage stage : stages.up()) {
            for (int j = 0; j < stage.resnets().size(); j++) {
                x = layers.layer(stage, j, graph.concat(x, skips.pop()));
            }
            if (stage.sampled()) {
                x = layers.doubled(stage, x);
            }
        }
        return graph.conv("conv_out", layers.last(x), outputChannels());
    }
}
