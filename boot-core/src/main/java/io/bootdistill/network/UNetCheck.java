package io.bootdistill.network;

import static io.bootdistill.internal.file.ConfigCheck.between;
import static io.bootdistill.internal.file.ConfigCheck.positive;
import static io.bootdistill.internal.file.ConfigCheck.that;

/** Refuses a {@link UNetConfig} that is no network, with an {@link IllegalArgumentException} that names the format's key. */
final class UNetCheck {

    static final int MOST_CHANNELS = 1 << 16;
    static final int MOST_PIXELS = 1 << 14;
    static final int MOST_CLASSES = 1 << 24;

    private UNetCheck() {}

    static void require(UNetValues values) {
        requireRanges(values);
        requireLevels(values);
        requireEmbedding(values);
    }

    private static void requireRanges(UNetValues values) {
        between("sample_size", values.height(), 1, MOST_PIXELS);
        between("sample_size", values.width(), 1, MOST_PIXELS);
        between("in_channels", values.inChannels(), 1, MOST_CHANNELS);
        between("out_channels", values.outChannels(), 1, MOST_CHANNELS);
        that(!values.blockOutChannels().isEmpty(), "block_out_channels is empty", "a list of at least one");
        for (int channels : values.blockOutChannels()) {
            between("block_out_channels", channels, 1, MOST_CHANNELS);
        }
        between("layers_per_block", values.layersPerBlock(), 1, 64);
        between("downsample_padding", values.downsamplePadding(), 0, 1);
        between("attention_head_dim", values.attentionHeadDim(), 0, MOST_CHANNELS);
        between("norm_num_groups", values.normNumGroups(), 1, MOST_CHANNELS);
        between("attn_norm_num_groups", values.attnNormNumGroups(), 0, MOST_CHANNELS);
        positive("mid_block_scale_factor", values.midBlockScaleFactor());
        positive("norm_eps", values.normEps());
        that(values.dropout() >= 0 && values.dropout() <= 1, "dropout is " + values.dropout(), "in [0, 1]");
    }

    private static void requireLevels(UNetValues values) {
        int levels = values.levels();
        that(values.downBlocks().size() == levels && values.upBlocks().size() == levels,
                "down_block_types has " + values.downBlocks().size() + " entries and up_block_types "
                        + values.upBlocks().size(), "as many as block_out_channels, " + levels);
        long unit = 1L << Math.min(levels - 1, 62);
        that(values.height() % unit == 0 && values.width() % unit == 0,
                "sample_size is " + values.height() + "×" + values.width(),
                "a multiple of " + unit + " for " + levels + " levels");
        for (int channels : values.blockOutChannels()) {
            that(channels % values.normNumGroups() == 0, "block_out_channels has " + channels,
                    "a multiple of norm_num_groups, " + values.normNumGroups());
        }
        for (int level = 0; level < levels; level++) {
            that(values.attentionHeadDim() <= values.channels(level) || !hasAttention(values, level),
                    "attention_head_dim is " + values.attentionHeadDim(),
                    "at most " + values.channels(level) + ", the channels of a block with attention");
        }
        int deepest = values.channels(levels - 1);
        that(values.attnNormNumGroups() == 0 || deepest % values.attnNormNumGroups() == 0,
                "attn_norm_num_groups is " + values.attnNormNumGroups(), "a divisor of " + deepest);
    }

    private static void requireEmbedding(UNetValues values) {
        between("time_embedding_dim", values.timeEmbeddingDim(), 1, 1 << 20);
        between("freq_shift", values.freqShift(), 0, 1);
        int first = values.channels(0);
        that(values.timeEmbeddingType() == TimeEmbeddingType.FOURIER
                        || first % 2 == 0 && first / 2 > values.freqShift(),
                "block_out_channels starts with " + first, "even and above " + 2 * values.freqShift()
                        + " for a positional time embedding");
        switch (values.classEmbedType()) {
            case NONE -> between("num_class_embeds", values.numClassEmbeds(), 0, 0);
            case LABEL -> between("num_class_embeds", values.numClassEmbeds(), 1, MOST_CLASSES);
            default -> between("num_class_embeds", values.numClassEmbeds(), 0, MOST_CLASSES);
        }
    }

    /** Whether there is attention at a level: on the way down, on the way up, or in the middle. */
    private static boolean hasAttention(UNetValues values, int level) {
        int deepest = values.levels() - 1;
        return values.downBlocks().get(level) == BlockType.ATTENTION
                || values.upBlocks().get(deepest - level) == BlockType.ATTENTION
                || values.addAttention() && values.hasMidBlock() && level == deepest;
    }
}
