package io.bootdistill.network;

import io.bootdistill.internal.file.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The configuration of a diffusers {@code UNet2DModel} ({@code config.json}), as far as it is supported. Values are named as
 * the keys of that file. Immutable; {@link #read}, {@link #of} and {@link #builder} make one.
 */
public sealed interface UNetConfig permits UNetValues {

    /** {@code time_embedding_type}. */
    enum TimeEmbeddingType {
        POSITIONAL,
        FOURIER
    }

    /** How a class enters: not at all, by a table ({@code class_embed_type} null), as a time, or as a vector. */
    enum ClassEmbedType {
        NONE,
        LABEL,
        TIMESTEP,
        IDENTITY
    }

    /** Kinds of blocks on the way down and up. */
    enum BlockType {
        /** {@code DownBlock2D}, {@code UpBlock2D}. */
        PLAIN,
        /** {@code AttnDownBlock2D}, {@code AttnUpBlock2D}. */
        ATTENTION,
        /** {@code ResnetDownsampleBlock2D}, {@code ResnetUpsampleBlock2D}. */
        RESNET
    }

    /** Rows of an image ({@code sample_size}), 1 … 16,384, a multiple of 2^(levels − 1). */
    int height();

    /** Columns of an image, likewise. */
    int width();

    int inChannels();
    int outChannels();
    boolean centerInputSample();
    TimeEmbeddingType timeEmbeddingType();
    int timeEmbeddingDim();
    int freqShift();
    boolean flipSinToCos();
    List<BlockType> downBlocks();
    List<BlockType> upBlocks();
    List<Integer> blockOutChannels();
    int layersPerBlock();
    float midBlockScaleFactor();
    int downsamplePadding();
    boolean resnetDownsample();
    boolean resnetUpsample();

    /** Channels of an attention head; 0 where the format says null: one head. */
    int attentionHeadDim();

    int normNumGroups();

    /** Groups of the normalisation in the middle attention; 0 where the format says null. */
    int attnNormNumGroups();

    float normEps();

    /** Share of the values that training drops, in [0, 1]; sampling drops none. */
    double dropout();

    boolean scaleShift();
    boolean addAttention();
    ClassEmbedType classEmbedType();

    /** Number of class labels; 0 where the format says null. */
    int numClassEmbeds();

    /** Number of resolutions. */
    default int levels() {
        return blockOutChannels().size();
    }

    /** Channels of a level, 0 being the finest. */
    default int channels(int level) {
        return blockOutChannels().get(level);
    }

    /** The positional embedding of a time step that the network starts from. */
    default double[] positionalEmbedding(float time) {
        return Frequencies.embedding(time, channels(0) / 2, freqShift(), flipSinToCos());
    }

    /**
     * The same network for images of another size: its parameters fit any size that the levels can halve.
     *
     * @throws IllegalArgumentException if the size cannot be halved often enough
     */
    default UNetConfig resized(int height, int width) {
        return toBuilder().size(height, width).build();
    }

    /** The configuration as diffusers writes it: JSON. */
    default String toJson() {
        return Json.text(UNetConfigWriter.write(this));
    }

    /**
     * A network of the format's plain blocks, with attention at the coarsest level.
     *
     * @param channels of each level, the finest first, multiples of 8; each level but the last halves the image
     * @param layersPerBlock residual blocks of a level, at least 1
     * @param labels class labels, a null label among them; 0 for none
     * @throws IllegalArgumentException naming the value that is not possible
     */
    static UNetConfig of(ImageShape images, List<Integer> channels, int layersPerBlock, int labels) {
        int levels = channels.size();
        return builder()
                .size(images.height(), images.width())
                .channels(images.channels(), images.channels())
                .blockOutChannels(channels)
                .blocks(plainBut(levels - 1, levels), plainBut(0, levels))
                .layersPerBlock(layersPerBlock)
                .norm(channels.stream().reduce(8, UNetConfig::divisor), 1e-5f)
                .classes(labels == 0 ? ClassEmbedType.NONE : ClassEmbedType.LABEL, labels)
                .build();
    }

    /** Plain blocks, one of them with attention. */
    private static List<BlockType> plainBut(int attention, int count) {
        return IntStream.range(0, count).mapToObj(i -> i == attention ? BlockType.ATTENTION : BlockType.PLAIN).toList();
    }

    private static int divisor(int a, int b) {
        return b == 0 ? a : divisor(b, a % b);
    }

    /**
     * Reads a {@code config.json}.
     *
     * @throws io.bootdistill.error.ModelFormatException naming the file, the key, its value and what is supported
     */
    static UNetConfig read(Path file) {
        return new UNetConfigReader(Json.read(file), file.toString()).read();
    }

    /**
     * Reads the text of a {@code config.json}.
     *
     * @param source what it was read from, for messages
     * @throws io.bootdistill.error.ModelFormatException as {@link #read}
     */
    static UNetConfig parse(String json, String source) {
        return new UNetConfigReader(Json.parse(json, source), source).read();
    }

    /** The keys of a {@code config.json} that have no meaning here, sorted; refuses what {@link #parse} refuses. */
    static Set<String> unknownKeys(String json, String source) {
        UNetConfigReader reader = new UNetConfigReader(Json.parse(json, source), source);
        reader.read();
        return reader.unknownKeys();
    }

    /** A builder that holds the format's defaults. The size of images has none. */
    static Builder builder() {
        return new Builder();
    }

    /** A builder that holds these values. */
    default Builder toBuilder() {
        Builder builder = new Builder();
        builder.copy(this);
        return builder;
    }

    /** Makes a configuration; values that belong together are set together. For one thread. */
    final class Builder extends UNetFields {

        private Builder() {}

        public Builder size(int height, int width) {
            this.height = height;
            this.width = width;
            return this;
        }

        public Builder channels(int in, int out) {
            inChannels = in;
            outChannels = out;
            return this;
        }

        public Builder centerInputSample(boolean value) {
            centerInputSample = value;
            return this;
        }

        /** @param dim channels of the embedding; 0 for 4 × the first of {@link #blockOutChannels} */
        public Builder timeEmbedding(TimeEmbeddingType type, int dim) {
            timeEmbeddingType = type;
            timeEmbeddingDim = dim;
            return this;
        }

        /** Of the positional embedding: {@code shift} is 0 or 1. */
        public Builder frequencies(int shift, boolean flipSinToCos) {
            freqShift = shift;
            this.flipSinToCos = flipSinToCos;
            return this;
        }

        /** Kinds of blocks from the input on: one down and one up for each of {@link #blockOutChannels}. */
        public Builder blocks(List<BlockType> down, List<BlockType> up) {
            downBlocks = down;
            upBlocks = up;
            return this;
        }

        /** The finest level first. */
        public Builder blockOutChannels(List<Integer> channels) {
            blockOutChannels = channels;
            return this;
        }

        public Builder layersPerBlock(int count) {
            layersPerBlock = count;
            return this;
        }

        public Builder midBlockScaleFactor(float factor) {
            midBlockScaleFactor = factor;
            return this;
        }

        /** Of convolutions: {@code padding} is 0 or 1. The flags ask for residual blocks in their place. */
        public Builder sampling(int padding, boolean resnetDown, boolean resnetUp) {
            downsamplePadding = padding;
            resnetDownsample = resnetDown;
            resnetUpsample = resnetUp;
            return this;
        }

        /** @param headDim channels of a head, 0 for one head; {@code middle} asks for attention in the middle block */
        public Builder attention(int headDim, boolean middle) {
            attentionHeadDim = headDim;
            addAttention = middle;
            return this;
        }

        /** Every one of {@link #blockOutChannels} is a multiple of {@code groups}. */
        public Builder norm(int groups, float eps) {
            normNumGroups = groups;
            normEps = eps;
            return this;
        }

        public Builder attnNormNumGroups(int groups) {
            attnNormNumGroups = groups;
            return this;
        }

        public Builder dropout(double share) {
            dropout = share;
            return this;
        }

        public Builder scaleShift(boolean value) {
            scaleShift = value;
            return this;
        }

        /** @param count of labels; 0 for none */
        public Builder classes(ClassEmbedType type, int count) {
            classEmbedType = type;
            numClassEmbeds = count;
            return this;
        }

        /** @throws IllegalArgumentException naming the key whose value is out of range, the value, and the range */
        public UNetConfig build() {
            UNetValues values = values();
            UNetCheck.require(values);
            return values;
        }
    }
}
