package io.bootdistill.network.unet;

import static io.bootdistill.internal.file.ConfigCheck.between;
import static io.bootdistill.internal.file.ConfigCheck.positive;
import static io.bootdistill.internal.file.ConfigCheck.that;

import io.bootdistill.device.Activation;
import java.util.List;

/**
 * The configuration of a {@link ConditionalUNet}: what a {@code config.json} of diffusers' {@code UNet2DConditionModel} says, by
 * groups. {@link ConditionalUNetReader} reads one.
 *
 * @param levels the finest first, at least one
 * @throws IllegalArgumentException naming the format's key, the value, and what is allowed
 */
public record ConditionalUNetConfig(
        Sample sample, List<UNetLevel> levels, Middle middle, Residual residual, Attention attention, UNetEmbedding embedding,
        Text text) {

    static final int MOST_CHANNELS = 1 << 16;
    static final int MOST_PIXELS = 1 << 14;
    static final int MOST_LEVELS = 15; // the coarsest of 2¹⁴ pixels has one
    static final int MOST_DEPTH = 256;

    /** Groups of the normalisation of the text, in the format a constant. */
    static final int TEXT_GROUPS = 32;

    /**
     * Input and output.
     *
     * @param height rows of the images that it was made for ({@code sample_size}), up to 16,384; 0 where the format says null
     * @param width columns, likewise
     * @param inChannels of x
     * @param outChannels of the output
     * @param centered whether 2x − 1 is read instead of x ({@code center_input_sample})
     */
    public record Sample(int height, int width, int inChannels, int outChannels, boolean centered) {

        public Sample {
            between("sample_size", height, 0, MOST_PIXELS);
            between("sample_size", width, 0, MOST_PIXELS);
            between("in_channels", inChannels, 1, MOST_CHANNELS);
            between("out_channels", outChannels, 1, MOST_CHANNELS);
        }
    }

    /** The kind of the block in the middle ({@code mid_block_type}). */
    public enum MiddleBlock {
        /** Nothing. */
        NONE,
        /** One residual block: {@code UNetMidBlock2D}. */
        RESIDUAL,
        /** A transformer between two residual blocks: {@code UNetMidBlock2DCrossAttn}. */
        CROSS_ATTENTION,
        /** An attention to text and pixels between two residual blocks: {@code UNetMidBlock2DSimpleCrossAttn}. */
        SIMPLE_CROSS_ATTENTION
    }

    /**
     * The middle, at the coarsest level.
     *
     * @param block its kind
     * @param factor divides its residual blocks' sums ({@code mid_block_scale_factor})
     * @param depth transformer blocks of {@link MiddleBlock#CROSS_ATTENTION}
     * @param onlyCrossAttention whether pixels see the text and not each other, in {@link MiddleBlock#SIMPLE_CROSS_ATTENTION}
     */
    public record Middle(MiddleBlock block, float factor, int depth, boolean onlyCrossAttention) {

        public Middle {
            positive("mid_block_scale_factor", factor);
            between("transformer_layers_per_block", depth, 0, MOST_DEPTH);
        }
    }

    /**
     * Residual blocks.
     *
     * @param activation theirs, that of the embedding of the time, and the last one ({@code act_fn})
     * @param groups of their normalisations ({@code norm_num_groups})
     * @param epsilon of their normalisations ({@code norm_eps})
     * @param scaleShift whether the embedding scales and shifts the second normalisation, instead of being added before it
     * @param skipTimeActivation whether blocks that resample by residual blocks read the embedding without an activation
     * @param factor divides the sums of such blocks ({@code resnet_out_scale_factor})
     * @param downsamplePadding of the convolution that halves: 1 all around, or 0 for one row and column below and right
     */
    public record Residual(
            Activation activation, int groups, float epsilon, boolean scaleShift, boolean skipTimeActivation, float factor,
            int downsamplePadding) {

        public Residual {
            between("norm_num_groups", groups, 1, MOST_CHANNELS);
            positive("norm_eps", epsilon);
            positive("resnet_out_scale_factor", factor);
            between("downsample_padding", downsamplePadding, 0, 1);
        }
    }

    /**
     * Attention.
     *
     * @param linearProjection whether a transformer's first and last layer are stored as matrices ({@code
     *     use_linear_projection}), not as 1×1 convolutions
     * @param normalisedText whether {@link UNetLevel.Block#SIMPLE_CROSS_ATTENTION} normalises the text by 32 groups ({@code
     *     cross_attention_norm})
     */
    public record Attention(boolean linearProjection, boolean normalisedText) {}

    /**
     * The tokens.
     *
     * @param encoderChannels what the text encoder gives per token
     * @param channels what attention reads ({@code cross_attention_dim})
     * @param projected whether a layer lies between the two ({@code encoder_hid_dim}); else they are equal
     */
    public record Text(int encoderChannels, int channels, boolean projected) {

        public Text {
            between("encoder_hid_dim", encoderChannels, 1, MOST_CHANNELS);
            between("cross_attention_dim", channels, 1, MOST_CHANNELS);
            that(projected || encoderChannels == channels, "encoder_hid_dim is " + encoderChannels,
                    "cross_attention_dim, " + channels);
        }
    }

    public ConditionalUNetConfig {
        levels = List.copyOf(levels);
        between("the length of block_out_channels", levels.size(), 1, MOST_LEVELS);
        for (UNetLevel level : levels) {
            that(level.channels() % residual.groups() == 0, "block_out_channels has " + level.channels(),
                    "a multiple of norm_num_groups, " + residual.groups());
        }
        int first = levels.get(0).channels();
        that(first % 2 == 0 && first / 2 > embedding.time().freqShift(), "block_out_channels starts with " + first,
                "even and above " + 2 * embedding.time().freqShift() + " for the embedding of the time");
        if (middle.block() == MiddleBlock.CROSS_ATTENTION || middle.block() == MiddleBlock.SIMPLE_CROSS_ATTENTION) {
            UNetLevel last = levels.get(levels.size() - 1);
            UNetLevel.requireHeads(last.headDim(), last.channels());
        }
        that(!attention.normalisedText() || text.channels() % TEXT_GROUPS == 0, "cross_attention_dim is " + text.channels(),
                "a multiple of " + TEXT_GROUPS + " where cross_attention_norm is group_norm");
        if (embedding.addition() instanceof UNetEmbedding.Addition.Text pooled) {
            that(text.encoderChannels() % pooled.heads() == 0, "addition_embed_type_num_heads is " + pooled.heads(),
                    "a divisor of the channels of a token, " + text.encoderChannels());
        }
    }

    /** The channels of the finest level. */
    int firstChannels() {
        return levels.get(0).channels();
    }

    /** The channels of the coarsest level. */
    int lastChannels() {
        return levels.get(levels.size() - 1).channels();
    }

    /** What height and width must be multiples of, since each level but the last halves them. */
    public int sizeUnit() {
        return 1 << levels.size() - 1;
    }

    /** Whether any attention is of the kind {@link UNetLevel.Block#SIMPLE_CROSS_ATTENTION}. */
    boolean hasSimpleCrossAttention() {
        return middle.block() == MiddleBlock.SIMPLE_CROSS_ATTENTION
                || levels.stream().anyMatch(level -> level.down() == UNetLevel.Block.SIMPLE_CROSS_ATTENTION
                        || level.up() == UNetLevel.Block.SIMPLE_CROSS_ATTENTION);
    }

    /** The same with an embedding of a guidance scale of so many channels. */
    ConditionalUNetConfig withGuidance(int channels) {
        UNetEmbedding.Time time = embedding.time();
        return new ConditionalUNetConfig(sample, levels, middle, residual, attention, new UNetEmbedding(
                new UNetEmbedding.Time(time.channels(), time.freqShift(), time.flipSinToCos(), time.postActivation(),
                        time.sumActivation(), channels),
                embedding.classes(), embedding.addition()), text);
    }
}
