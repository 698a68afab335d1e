package io.bootdistill.network;

import io.bootdistill.network.UNetConfig.BlockType;
import io.bootdistill.network.UNetConfig.TimeEmbeddingType;

/** Refuses a {@link UNetConfig} that is no network, with an {@link IllegalArgumentException} that names the format's key. */
final class UNetCheck {

    static final int MOST_CHANNELS = 1 << 16;
    static final int MOST_PIXELS = 1 << 14;
    static final int MOST_CLASSES = 1 << 24;

    private UNetCheck() {}

    static void require(UNetConfig config) {
        requireRanges(config);
        requireLevels(config);
        requireEmbedding(config);
    }

    private static void requireRanges(UNetConfig config) {
        between("sample_size", config.height(), 1, MOST_PIXELS);
        between("sample_size", config.width(), 1, MOST_PIXELS);
        between("in_channels", config.inChannels(), 1, MOST_CHANNELS);
        between("out_channels", config.outChannels(), 1, MOST_CHANNELS);
        that(!config.blockOutChannels().isEmpty(), "block_out_channels is empty", "a list of at least one");
        for (int channels : config.blockOutChannels()) {
            between("block_out_channels", channels, 1, MOST_CHANNELS);
        }
        between("layers_per_block", config.layersPerBlock(), 1, 64);
        between("downsample_padding", config.downsamplePadding(), 0, 1);
        between("attention_head_dim", config.attentionHeadDim(), 0, MOST_CHANNELS);
        between("norm_num_groups", config.normNumGroups(), 1, MOST_CHANNELS);
        between("attn_norm_num_groups", config.attnNormNumGroups(), 0, MOST_CHANNELS);
        positive("mid_block_scale_factor", config.midBlockScaleFactor());
        positive("norm_eps", config.normEps());
        that(config.dropout() >= 0 && config.dropout() <= 1, "dropout is " + config.dropout(), "in [0, 1]");
    }

    private static void requireLevels(UNetConfig config) {
        int levels = config.levels();
        that(config.downBlocks().size() == levels && config.upBlocks().size() == levels,
                "down_block_types has " + config.downBlocks().size() + " entries and up_block_types "
                        + config.upBlocks().size(), "as many as block_out_channels, " + levels);
        long unit = 1L << Math.min(levels - 1, 62);
        that(config.height() % unit == 0 && config.width() % unit == 0,
                "sample_size is " + config.height() + "×" + config.width(),
                "a multiple of " + unit + " for " + levels + " levels");
        for (int channels : config.blockOutChannels()) {
            that(channels % config.normNumGroups() == 0, "block_out_channels has " + channels,
                    "a multiple of norm_num_groups, " + config.normNumGroups());
        }
        for (int level = 0; level < levels; level++) {
            that(config.attentionHeadDim() <= config.channels(level) || !hasAttention(config, level),
                    "attention_head_dim is " + config.attentionHeadDim(),
                    "at most " + config.channels(level) + ", the channels of a block with attention");
        }
        int deepest = config.channels(levels - 1);
        that(config.attnNormNumGroups() == 0 || deepest % config.attnNormNumGroups() == 0,
                "attn_norm_num_groups is " + config.attnNormNumGroups(), "a divisor of " + deepest);
    }

    private static void requireEmbedding(UNetConfig config) {
        between("time_embedding_dim", config.timeEmbeddingDim(), 1, 1 << 20);
        between("freq_shift", config.freqShift(), 0, 1);
        int first = config.channels(0);
        that(config.timeEmbeddingType() == TimeEmbeddingType.FOURIER
                        || first % 2 == 0 && first / 2 > config.freqShift(),
                "block_out_channels starts with " + first, "even and above " + 2 * config.freqShift()
                        + " for a positional time embedding");
        switch (config.classEmbedType()) {
            case NONE -> between("num_class_embeds", config.numClassEmbeds(), 0, 0);
            case LABEL -> between("num_class_embeds", config.numClassEmbeds(), 1, MOST_CLASSES);
            default -> between("num_class_embeds", config.numClassEmbeds(), 0, MOST_CLASSES);
        }
    }

    /** Whether there is attention at a level: on the way down, on the way up, or in the middle. */
    private static boolean hasAttention(UNetConfig config, int level) {
        int deepest = config.levels() - 1;
        return config.downBlocks().get(level) == BlockType.ATTENTION
                || config.upBlocks().get(deepest - level) == BlockType.ATTENTION
                || config.addAttention() && level == deepest;
    }

    private static void between(String key, int value, int least, int most) {
        that(value >= least && value <= most, key + " is " + value, least + " … " + most);
    }

    private static void positive(String key, float value) {
        that(value > 0 && Float.isFinite(value), key + " is " + value, "a number above 0");
    }

    private static void that(boolean satisfied, String found, String needed) {
        if (!satisfied) {
            throw new IllegalArgumentException(found + ", must be " + needed);
        }
    }
}
