package io.bootdistill.network;

import io.bootdistill.device.Activation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The U-Net of the diffusers format ({@code UNet2DModel}): down, middle and up blocks of residual blocks and attention, with
 * the time and the class as shifts. Parameter names are the format's. Input {@code t} is the real-valued index of the time
 * step.
 *
 * <p>A network that enlarges reads, behind the channels of x, a smaller picture that was brought to the size of x and noised,
 * the part {@link #IMAGE} of its condition, and embeds the level of that noise, the part {@link #CLASS}.
 *
 * @param extras further scalar inputs, which the format does not have: each is embedded like the time, into parameters named
 *     after it, and added to the other embeddings
 * @param small the shape of the smaller pictures that it enlarges; null where it makes images of noise alone
 */
public record UNet(UNetConfig config, List<String> extras, @Nullable ImageShape small) implements Network {

    /** The part that is the level of the picture's noise, where there is one. */
    public static final String CLASS = "class";

    /** The part that is a picture of x's size, whose channels follow those of x. */
    public static final String IMAGE = "image";

    /** @throws IllegalArgumentException if the configuration has no room for the smaller picture */
    public UNet {
        extras = List.copyOf(extras);
        if (small != null && !(config.inChannels() > small.channels() && config.classEmbedType() == ClassEmbedType.TIMESTEP
                && small.height() <= config.height() && small.width() <= config.width())) {
            throw new IllegalArgumentException("the smaller picture is " + small + ", must be one with fewer than the "
                    + config.inChannels() + " in_channels and at most " + config.height() + "×" + config.width()
                    + " pixels, of a network with class_embed_type timestep, not " + config.classEmbedType());
        }
    }

    /** A network of the format. */
    public UNet(UNetConfig config) {
        this(config, List.of(), null);
    }

    /** The same network, the last channels of whose input are a smaller picture, brought to its size. */
    public UNet enlarging(ImageShape small) {
        return new UNet(config, extras, small);
    }

    /** One that is the same but for its configuration. */
    public UNet configured(UNetConfig other) {
        return new UNet(other, extras, small);
    }

    @Override
    public ImageShape input() {
        return new ImageShape(config.inChannels() - imageChannels(), config.height(), config.width());
    }

    private int imageChannels() {
        return small == null ? 0 : small.channels();
    }

    @Override
    public int outputChannels() {
        return config.outChannels();
    }

    @Override
    public List<String> scalars() {
        List<String> scalars = new ArrayList<>(List.of("t"));
        scalars.addAll(extras);
        return scalars;
    }

    @Override
    public UNet withScalar(String name) {
        List<String> more = new ArrayList<>(extras);
        more.add(name);
        return new UNet(config, more, small);
    }

    /** What the parameters of the embedding of a further scalar input begin with. */
    public static String embeddingName(String scalar) {
        return scalar + "_embedding";
    }

    @Override
    public List<TimeLayers> timeLayers() {
        return config.timeEmbeddingType() != TimeEmbeddingType.POSITIONAL ? List.of()
                : List.of(new TimeLayers("time_embedding", Activation.SILU, t -> config.positionalEmbedding((float) t)));
    }

    @Override
    public ConditionShape condition() {
        return small == null ? ofClass() : new ConditionShape.Parts(List.of(
                new ConditionShape.Part(CLASS, ofClass()), new ConditionShape.Part(IMAGE, new ConditionShape.Image(
                        new ImageShape(small.channels(), config.height(), config.width())))));
    }

    private ConditionShape ofClass() {
        return switch (config.classEmbedType()) {
            case NONE -> new ConditionShape.None();
            case LABEL -> new ConditionShape.Label(config.numClassEmbeds());
            case TIMESTEP -> new ConditionShape.Vector(1);
            case IDENTITY -> new ConditionShape.Vector(config.timeEmbeddingDim());
        };
    }

    @Override
    public Value describe(GraphBuilder graph) {
        List<UNetBlocks.Resnet> resnets = new ArrayList<>();
        List<Level> down = downLevels(resnets);
        List<UNetBlocks.Resnet> middle = new ArrayList<>();
        for (int i = 0; i < 2 && config.hasMidBlock(); i++) {
            middle.add(resnet(resnets, "mid_block.resnets." + i, deepest(), deepest()).scaled(config.midBlockScaleFactor()));
        }
        List<Level> up = upLevels(resnets);
        UNetBlocks blocks = new UNetBlocks(graph, config, embedding(graph), resnets);

        Value x = small == null ? graph.x() : graph.concat(graph.x(), graph.condition(IMAGE));
        if (config.centerInputSample()) {
            x = graph.affine(x, 2, -1);
        }
        x = graph.conv("conv_in", x, config.channels(0));
        Deque<Value> skips = new ArrayDeque<>(List.of(x));
        for (Level level : down) {
            for (int j = 0; j < level.resnets.size(); j++) {
                x = level.layer(blocks, j, x);
                skips.push(x);
            }
            if (level.sampler != null) {
                x = blocks.resnet(level.sampler, x);
                skips.push(x);
            } else if (level.sampled) {
                String name = level.name + ".downsamplers.0.conv";
                x = graph.conv(name, x, x.channels, 2, config.downsamplePadding(), null, null);
                skips.push(x);
            }
        }
        for (UNetBlocks.Resnet each : middle) {
            x = blocks.resnet(each, x);
            if (each == middle.get(0) && config.addAttention()) {
                x = blocks.attention("mid_block.attentions.0", x, middleNormGroups(), config.midBlockScaleFactor());
            }
        }
        for (Level level : up) {
            for (int j = 0; j < level.resnets.size(); j++) {
                x = level.layer(blocks, j, graph.concat(x, skips.pop()));
            }
            if (level.sampler != null) {
                x = blocks.resnet(level.sampler, x);
            } else if (level.sampled) {
                x = graph.upsampledConv(level.name + ".upsamplers.0.conv", x, x.channels, null);
            }
        }
        x = graph.groupNorm("conv_norm_out", x, config.normNumGroups(), config.normEps(), Activation.SILU, null, null);
        Value y = graph.conv("conv_out", x, config.outChannels());
        return config.timeEmbeddingType() == TimeEmbeddingType.FOURIER ? graph.divide(y, graph.scalar("t")) : y;
    }

    /** The sum of the embeddings of time, class and further scalars. */
    private Value embedding(GraphBuilder graph) {
        Value e = timeAndClass(graph);
        for (String extra : extras) {
            String name = embeddingName(extra);
            Value hidden = graph.silu(
                    graph.linear(name + ".linear_1", positional(graph, graph.scalar(extra)), config.timeEmbeddingDim(), null));
            e = graph.zeroLinear(name + ".linear_2", hidden, config.timeEmbeddingDim(), e);
        }
        return e;
    }

    private Value timeAndClass(GraphBuilder graph) {
        Value time = project(graph, graph.scalar("t"));
        Value e = embed(graph, "time_embedding", time, null);
        Value given = small == null ? graph.condition() : graph.condition(CLASS);
        return switch (config.classEmbedType()) {
            case NONE -> e;
            case LABEL -> graph.embedding("class_embedding", e, given, config.numClassEmbeds());
            case TIMESTEP -> embed(graph, "class_embedding", project(graph, given), e);
            case IDENTITY -> graph.add(e, given);
        };
    }

    private Value project(GraphBuilder graph, Value scalar) {
        if (config.timeEmbeddingType() == TimeEmbeddingType.FOURIER) {
            return graph.fourierEmbedding("time_proj.weight", scalar, config.channels(0));
        }
        return positional(graph, scalar);
    }

    private Value positional(GraphBuilder graph, Value scalar) {
        float[] frequencies = Frequencies.positional(config.channels(0) / 2, config.freqShift());
        return graph.timeEmbedding(scalar, frequencies, config.flipSinToCos());
    }

    private Value embed(GraphBuilder graph, String name, Value x, @Nullable Value addend) {
        Value hidden = graph.silu(graph.linear(name + ".linear_1", x, config.timeEmbeddingDim(), null));
        return graph.linear(name + ".linear_2", hidden, config.timeEmbeddingDim(), addend);
    }

    /** The format leaves the middle attention without a normalisation where the time scales and shifts. */
    private int middleNormGroups() {
        if (config.attnNormNumGroups() > 0) {
            return config.attnNormNumGroups();
        }
        return config.scaleShift() ? 0 : config.normNumGroups();
    }

    private int deepest() {
        return config.channels(config.levels() - 1);
    }

    // ---- the residual blocks of each level, by name and channels

    /** One block of the format: its residual blocks and what changes the resolution after them. */
    private record Level(
            String name, boolean attention, List<UNetBlocks.Resnet> resnets, boolean sampled,
            UNetBlocks.@Nullable Resnet sampler) {

        Value layer(UNetBlocks blocks, int j, Value x) {
            Value y = blocks.resnet(resnets.get(j), x);
            return attention ? blocks.attention(name + ".attentions." + j, y) : y;
        }
    }

    private List<Level> downLevels(List<UNetBlocks.Resnet> all) {
        List<Level> levels = new ArrayList<>();
        int channels = config.channels(0);
        for (int i = 0; i < config.levels(); i++) {
            String name = "down_blocks." + i;
            int out = config.channels(i);
            List<UNetBlocks.Resnet> resnets = new ArrayList<>();
            for (int j = 0; j < config.layersPerBlock(); j++) {
                resnets.add(resnet(all, name + ".resnets." + j, j == 0 ? channels : out, out));
            }
            levels.add(level(all, name, config.downBlocks().get(i), config.resnetDownsample(),
                    i < config.levels() - 1, resnets, out, ResidualLayers.Resample.DOWN));
            channels = out;
        }
        return levels;
    }

    private List<Level> upLevels(List<UNetBlocks.Resnet> all) {
        List<Level> levels = new ArrayList<>();
        int previous = deepest();
        for (int i = 0; i < config.levels(); i++) {
            String name = "up_blocks." + i;
            int out = config.channels(config.levels() - 1 - i);
            int below = config.channels(Math.max(config.levels() - 2 - i, 0));
            List<UNetBlocks.Resnet> resnets = new ArrayList<>();
            for (int j = 0; j <= config.layersPerBlock(); j++) {
                int skip = j == config.layersPerBlock() ? below : out;
                resnets.add(resnet(all, name + ".resnets." + j, (j == 0 ? previous : out) + skip, out));
            }
            levels.add(level(all, name, config.upBlocks().get(i), config.resnetUpsample(),
                    i < config.levels() - 1, resnets, out, ResidualLayers.Resample.UP));
            previous = out;
        }
        return levels;
    }

    private Level level(
            List<UNetBlocks.Resnet> all, String name, BlockType type, boolean attentionResnetSampler, boolean sampled,
            List<UNetBlocks.Resnet> resnets, int channels, ResidualLayers.Resample way) {
        boolean attention = type == BlockType.ATTENTION;
        UNetBlocks.Resnet sampler = null;
        if (sampled && (type == BlockType.RESNET || attention && attentionResnetSampler)) {
            String samplers = way == ResidualLayers.Resample.DOWN ? ".downsamplers.0" : ".upsamplers.0";
            sampler = resnet(all, name + samplers, channels, channels).resampled(way);
        }
        return new Level(name, attention, resnets, sampled, sampler);
    }

    private static UNetBlocks.Resnet resnet(List<UNetBlocks.Resnet> all, String name, int in, int out) {
        UNetBlocks.Resnet resnet = new UNetBlocks.Resnet(name, in, out, ResidualLayers.Resample.NONE, 1);
        all.add(resnet);
        return resnet;
    }
}
