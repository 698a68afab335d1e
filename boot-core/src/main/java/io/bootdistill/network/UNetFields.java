package io.bootdistill.network;

import io.bootdistill.network.UNetConfig.BlockType;
import io.bootdistill.network.UNetConfig.ClassEmbedType;
import io.bootdistill.network.UNetConfig.TimeEmbeddingType;
import java.util.List;

/** What a {@link UNetConfig.Builder} holds: the format's defaults, until they are set. */
abstract class UNetFields {

    int height;
    int width;
    int inChannels = 3;
    int outChannels = 3;
    boolean centerInputSample;
    TimeEmbeddingType timeEmbeddingType = TimeEmbeddingType.POSITIONAL;
    int timeEmbeddingDim; // 0: 4 × the channels of the first block
    int freqShift;
    boolean flipSinToCos = true;
    List<BlockType> downBlocks = List.of(BlockType.PLAIN, BlockType.ATTENTION, BlockType.ATTENTION, BlockType.ATTENTION);
    List<BlockType> upBlocks = List.of(BlockType.ATTENTION, BlockType.ATTENTION, BlockType.ATTENTION, BlockType.PLAIN);
    List<Integer> blockOutChannels = List.of(224, 448, 672, 896);
    int layersPerBlock = 2;
    float midBlockScaleFactor = 1;
    int downsamplePadding = 1;
    boolean resnetDownsample;
    boolean resnetUpsample;
    int attentionHeadDim = 8;
    int normNumGroups = 32;
    int attnNormNumGroups;
    float normEps = 1e-5f;
    double dropout;
    boolean scaleShift;
    boolean addAttention = true;
    ClassEmbedType classEmbedType = ClassEmbedType.NONE;
    int numClassEmbeds;

    void copy(UNetConfig from) {
        height = from.height();
        width = from.width();
        inChannels = from.inChannels();
        outChannels = from.outChannels();
        centerInputSample = from.centerInputSample();
        timeEmbeddingType = from.timeEmbeddingType();
        timeEmbeddingDim = from.timeEmbeddingDim();
        freqShift = from.freqShift();
        flipSinToCos = from.flipSinToCos();
        downBlocks = from.downBlocks();
        upBlocks = from.upBlocks();
        blockOutChannels = from.blockOutChannels();
        layersPerBlock = from.layersPerBlock();
        midBlockScaleFactor = from.midBlockScaleFactor();
        downsamplePadding = from.downsamplePadding();
        resnetDownsample = from.resnetDownsample();
        resnetUpsample = from.resnetUpsample();
        attentionHeadDim = from.attentionHeadDim();
        normNumGroups = from.normNumGroups();
        attnNormNumGroups = from.attnNormNumGroups();
        normEps = from.normEps();
        dropout = from.dropout();
        scaleShift = from.scaleShift();
        addAttention = from.addAttention();
        classEmbedType = from.classEmbedType();
        numClassEmbeds = from.numClassEmbeds();
    }

    UNetValues values() {
        return new UNetValues(
                height, width, inChannels, outChannels, centerInputSample, timeEmbeddingType,
                timeEmbeddingDim == 0 && !blockOutChannels.isEmpty() ? 4 * blockOutChannels.get(0) : timeEmbeddingDim, freqShift,
                flipSinToCos, downBlocks, upBlocks, blockOutChannels, layersPerBlock, midBlockScaleFactor, downsamplePadding,
                resnetDownsample, resnetUpsample, attentionHeadDim, normNumGroups, attnNormNumGroups, normEps, dropout,
                scaleShift, addAttention, classEmbedType, numClassEmbeds);
    }
}
