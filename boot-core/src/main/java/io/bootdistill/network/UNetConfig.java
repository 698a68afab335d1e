package io.bootdistill.network;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Set;

/**
 * The configuration of a diffusers {@code UNet2DModel} ({@code config.json}), as far as it is supported. Names are the
 * format's. Immutable; {@link UNetConfigReader} refuses what is not supported by name.
 *
 * @param height rows of an image ({@code sample_size})
 * @param width columns of an image
 * @param attentionHeadDim channels of an attention head; 0 where the format says null: one head
 * @param attnNormNumGroups groups of the normalisation in the middle attention; 0 where null
 * @param numClassEmbeds number of class labels; 0 where null
 * @param dropout share of the values that training drops, in [0, 1]; sampling drops none
 * @param timeEmbeddingDim channels of the time embedding; 4 × the first block's where the format says null
 */
public record UNetConfig(
        int height,
        int width,
        int inChannels,
        int outChannels,
        boolean centerInputSample,
        TimeEmbeddingType timeEmbeddingType,
        int timeEmbeddingDim,
        int freqShift,
        boolean flipSinToCos,
        List<BlockType> downBlocks,
        List<BlockType> upBlocks,
        List<Integer> blockOutChannels,
        int layersPerBlock,
        float midBlockScaleFactor,
        int downsamplePadding,
        boolean resnetDownsample,
        boolean resnetUpsample,
        int attentionHeadDim,
        int normNumGroups,
        int attnNormNumGroups,
        float normEps,
        double dropout,
        boolean scaleShift,
        boolean addAttention,
        ClassEmbedType classEmbedType,
        int numClassEmbeds) {

    /** {@code time_embedding_type}. */
    public enum TimeEmbeddingType {
        POSITIONAL,
        FOURIER
    }

    /** How a class enters: not at all, by a table ({@code class_embed_type} null), as a time, or as a vector. */
    public enum ClassEmbedType {
        NONE,
        LABEL,
        TIMESTEP,
        IDENTITY
    }

    /** Kinds of blocks on the way down and up. */
    public enum BlockType {
        /** {@code DownBlock2D}, {@code UpBlock2D}. */
        PLAIN,
        /** {@code AttnDownBlock2D}, {@code AttnUpBlock2D}. */
        ATTENTION,
        /** {@code ResnetDownsampleBlock2D}, {@code ResnetUpsampleBlock2D}. */
        RESNET
    }

    public UNetConfig {
        downBlocks = List.copyOf(downBlocks);
        upBlocks = List.copyOf(upBlocks);
        blockOutChannels = List.copyOf(blockOutChannels);
    }

    /**
     * A network of the format's plain blocks, with attention at the coarsest level.
     *
     * @param channels of each level, the finest first, multiples of 8; each level but the last halves the image
     * @param layersPerBlock residual blocks of a level, at least 1
     * @param labels class labels, a null label among them; 0 for none
     * @throws io.bootdistill.format.ModelFormatException naming the value that is not possible
     */
    public static UNetConfig of(ImageShape images, List<Integer> channels, int layersPerBlock, int labels) {
        JsonArray levels = new JsonArray();
        JsonArray down = new JsonArray();
        JsonArray up = new JsonArray();
        for (int i = 0; i < channels.size(); i++) {
            levels.add(channels.get(i));
            down.add(i == channels.size() - 1 ? "AttnDownBlock2D" : "DownBlock2D");
            up.add(i == 0 ? "AttnUpBlock2D" : "UpBlock2D");
        }
        JsonArray size = new JsonArray();
        size.add(images.height());
        size.add(images.width());
        JsonObject json = new JsonObject();
        json.addProperty("_class_name", "UNet2DModel");
        json.add("sample_size", size);
        json.addProperty("in_channels", images.channels());
        json.addProperty("out_channels", images.channels());
        json.add("block_out_channels", levels);
        json.add("down_block_types", down);
        json.add("up_block_types", up);
        json.addProperty("layers_per_block", layersPerBlock);
        json.addProperty("norm_num_groups", channels.stream().mapToInt(Integer::intValue).reduce(8, UNetConfig::divisor));
        json.addProperty("attention_head_dim", 8);
        if (labels > 0) {
            json.addProperty("num_class_embeds", labels);
        }
        return fromJson(json, "network");
    }

    private static int divisor(int a, int b) {
        return b == 0 ? a : divisor(b, a % b);
    }

    /**
     * Reads {@code config.json}.
     *
     * @param source what it was read from, for messages
     * @throws io.bootdistill.format.ModelFormatException naming the key, its value and what is supported
     */
    public static UNetConfig fromJson(JsonObject json, String source) {
        return new UNetConfigReader(json, source).read();
    }

    /** The keys of a {@code config.json} that have no meaning here, sorted. */
    public static Set<String> unknownKeys(JsonObject json, String source) {
        UNetConfigReader reader = new UNetConfigReader(json, source);
        reader.read();
        return reader.unknownKeys();
    }

    /**
     * The same network for images of another size: its parameters fit any size that the levels can halve.
     *
     * @throws io.bootdistill.format.ModelFormatException if the size cannot be halved often enough
     */
    public UNetConfig resized(int height, int width) {
        JsonArray size = new JsonArray();
        size.add(height);
        size.add(width);
        JsonObject json = toJson();
        json.add("sample_size", size);
        return fromJson(json, "resized to " + height + "×" + width);
    }

    /** Writes {@code config.json}. */
    public JsonObject toJson() {
        return UNetConfigWriter.write(this);
    }

    /** The positional embedding of a time step that the network starts from. */
    public double[] positionalEmbedding(float time) {
        float[] frequencies = Frequencies.positional(channels(0) / 2, freqShift);
        int half = frequencies.length;
        double[] embedding = new double[2 * half];
        for (int i = 0; i < half; i++) {
            double angle = time * frequencies[i]; // a float32 product, as everywhere
            embedding[flipSinToCos ? half + i : i] = Math.sin(angle);
            embedding[flipSinToCos ? i : half + i] = Math.cos(angle);
        }
        return embedding;
    }

    /** Number of resolutions. */
    public int levels() {
        return blockOutChannels.size();
    }

    /** Channels of level i, 0 being the finest. */
    int channels(int level) {
        return blockOutChannels.get(level);
    }
}
