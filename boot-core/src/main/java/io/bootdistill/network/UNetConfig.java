package io.bootdistill.network;

import io.bootdistill.internal.file.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The configuration of a diffusers {@code UNet2DModel} ({@code config.json}), as far as it is supported. Values are named as
 * the keys of that file. Immutable, equal where all values are; {@link #read}, {@link #of} and {@link #builder} make one.
 */
public final class UNetConfig {

    private final UNetValues values;

    UNetConfig(UNetValues values) {
        this.values = values;
    }

    /** Rows of an image ({@code sample_size}), 1 … 16,384, a multiple of 2^(levels − 1). */
    public int height() {
        return values.height();
    }

    /** Columns of an image, likewise. */
    public int width() {
        return values.width();
    }

    public int inChannels() {
        return values.inChannels();
    }

    public int outChannels() {
        return values.outChannels();
    }

    public boolean centerInputSample() {
        return values.centerInputSample();
    }

    public TimeEmbeddingType timeEmbeddingType() {
        return values.timeEmbeddingType();
    }

    public int timeEmbeddingDim() {
        return values.timeEmbeddingDim();
    }

    public int freqShift() {
        return values.freqShift();
    }

    public boolean flipSinToCos() {
        return values.flipSinToCos();
    }

    public List<BlockType> downBlocks() {
        return values.downBlocks();
    }

    public List<BlockType> upBlocks() {
        return values.upBlocks();
    }

    public List<Integer> blockOutChannels() {
        return values.blockOutChannels();
    }

    public int layersPerBlock() {
        return values.layersPerBlock();
    }

    public boolean hasMidBlock() {
        return values.hasMidBlock();
    }

    public float midBlockScaleFactor() {
        return values.midBlockScaleFactor();
    }

    public int downsamplePadding() {
        return values.downsamplePadding();
    }

    public boolean resnetDownsample() {
        return values.resnetDownsample();
    }

    public boolean resnetUpsample() {
        return values.resnetUpsample();
    }

    /** Channels of an attention head; 0 where the format says null: one head. */
    public int attentionHeadDim() {
        return values.attentionHeadDim();
    }

    public int normNumGroups() {
        return values.normNumGroups();
    }

    /** Groups of the normalisation in the middle attention; 0 where the format says null. */
    public int attnNormNumGroups() {
        return values.attnNormNumGroups();
    }

    public float normEps() {
        return values.normEps();
    }

    /** Share of the values that training drops, in [0, 1]; sampling drops none. */
    public double dropout() {
        return values.dropout();
    }

    public boolean scaleShift() {
        return values.scaleShift();
    }

    public boolean addAttention() {
        return values.addAttention();
    }

    public ClassEmbedType classEmbedType() {
        return values.classEmbedType();
    }

    /** Number of class labels; 0 where the format says null. */
    public int numClassEmbeds() {
        return values.numClassEmbeds();
    }

    /** Number of resolutions. */
    public int levels() {
        return values.levels();
    }

    /** Channels of a level, 0 being the finest. */
    public int channels(int level) {
        return values.channels(level);
    }

    /** The positional embedding of a time step that the network starts from. */
    public double[] positionalEmbedding(float time) {
        return Frequencies.embedding(time, channels(0) / 2, freqShift(), flipSinToCos());
    }

    /**
     * The same network for images of another size: its parameters fit any size that the levels can halve.
     *
     * @throws IllegalArgumentException if the size cannot be halved often enough
     */
    public UNetConfig resized(int height, int width) {
        return toBuilder().size(height, width).build();
    }

    /** The configuration as diffusers writes it: JSON. */
    public String toJson() {
        return Json.text(UNetConfigWriter.write(values));
    }

    /**
     * A network of the format's plain blocks, with attention at the coarsest level.
     *
     * @param channels of each level, the finest first, multiples of 8; each level but the last halves the image
     * @param layersPerBlock residual blocks of a level, at least 1
     * @param labels class labels, a null label among them; 0 for none
     * @throws IllegalArgumentException naming the value that is not possible
     */
    public static UNetConfig of(ImageShape images, List<Integer> channels, int layersPerBlock, int labels) {
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
    public static UNetConfig read(Path file) {
        return read(new UNetConfigReader(Json.read(file), file.toString()));
    }

    /**
     * Reads the text of a {@code config.json}.
     *
     * @param source what it was read from, for messages
     * @throws io.bootdistill.error.ModelFormatException as {@link #read}
     */
    public static UNetConfig parse(String json, String source) {
        return read(new UNetConfigReader(Json.parse(json, source), source));
    }

    private static UNetConfig read(UNetConfigReader reader) {
        return new UNetConfig(reader.read(builder()));
    }

    /** The keys of a {@code config.json} that have no meaning here, sorted; refuses what {@link #parse} refuses. */
    public static Set<String> unknownKeys(String json, String source) {
        UNetConfigReader reader = new UNetConfigReader(Json.parse(json, source), source);
        read(reader);
        return reader.unknownKeys();
    }

    /** A builder that holds the format's defaults. The size of images has none. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that holds these values. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.set(values);
        return builder;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UNetConfig config && values.equals(config.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    /** Every value, in a form that does not change: a run's teacher is known by it. */
    @Override
    public String toString() {
        return values.toString();
    }

    /** Makes a configuration; values that belong together are set together. For one thread. */
    public static final class Builder extends UNetBuilder<Builder> {

        private Builder() {}

        /** @throws IllegalArgumentException naming the key whose value is out of range, the value, and the range */
        public UNetConfig build() {
            return new UNetConfig(values());
        }
    }
}
