package io.bootdistill.network;

import java.util.List;

/** The values of a {@link UNetConfig}. */
record UNetValues(
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
        int numClassEmbeds,
        boolean hasMidBlock) {

    UNetValues {
        downBlocks = List.copyOf(downBlocks);
        upBlocks = List.copyOf(upBlocks);
        blockOutChannels = List.copyOf(blockOutChannels);
    }

    int levels() {
        return blockOutChannels.size();
    }

    int channels(int level) {
        return blockOutChannels.get(level);
    }

    /** Every value, in a form that does not change: a run's teacher is known by it. */
    @Override
    public String toString() {
        return "UNetConfig[height=" + height + ", width=" + width + ", inChannels=" + inChannels
                + ", outChannels=" + outChannels + ", centerInputSample=" + centerInputSample
                + ", timeEmbeddingType=" + timeEmbeddingType + ", timeEmbeddingDim=" + timeEmbeddingDim
                + ", freqShift=" + freqShift + ", flipSinToCos=" + flipSinToCos + ", downBlocks=" + downBlocks
                + ", upBlocks=" + upBlocks + ", blockOutChannels=" + blockOutChannels + ", layersPerBlock=" + layersPerBlock
                + ", midBlockScaleFactor=" + midBlockScaleFactor + ", downsamplePadding=" + downsamplePadding
                + ", resnetDownsample=" + resnetDownsample + ", resnetUpsample=" + resnetUpsample
                + ", attentionHeadDim=" + attentionHeadDim + ", normNumGroups=" + normNumGroups
                + ", attnNormNumGroups=" + attnNormNumGroups + ", normEps=" + normEps + ", dropout=" + dropout
                + ", scaleShift=" + scaleShift + ", addAttention=" + addAttention + ", classEmbedType=" + classEmbedType
                + ", numClassEmbeds=" + numClassEmbeds + (hasMidBlock ? "]" : ", hasMidBlock=false]");
    }
}
