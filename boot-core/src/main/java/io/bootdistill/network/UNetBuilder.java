package io.bootdistill.network;

import java.util.List;

/** The values of a {@link UNetConfig.Builder}: the format's defaults, until they are set. */
abstract class UNetBuilder<B extends UNetBuilder<B>> {

    private int height;
    private int width;
    private int inChannels = 3;
    private int outChannels = 3;
    private boolean centerInputSample;
    private TimeEmbeddingType timeEmbeddingType = TimeEmbeddingType.POSITIONAL;
    private int timeEmbeddingDim; // 0: 4 × the channels of the first block
    private int freqShift;
    private boolean flipSinToCos = true;
    private List<BlockType> downBlocks = List.of(BlockType.PLAIN, BlockType.ATTENTION, BlockType.ATTENTION, BlockType.ATTENTION);
    private List<BlockType> upBlocks = List.of(BlockType.ATTENTION, BlockType.ATTENTION, BlockType.ATTENTION, BlockType.PLAIN);
    private List<Integer> blockOutChannels = List.of(224, 448, 672, 896);
    private int layersPerBlock = 2;
    private boolean hasMidBlock = true;
    private float midBlockScaleFactor = 1;
    private int downsamplePadding = 1;
    private boolean resnetDownsample;
    private boolean resnetUpsample;
    private int attentionHeadDim = 8;
    private int normNumGroups = 32;
    private int attnNormNumGroups;
    private float normEps = 1e-5f;
    private double dropout;
    private boolean scaleShift;
    private boolean addAttention = true;
    private ClassEmbedType classEmbedType = ClassEmbedType.NONE;
    private int numClassEmbeds;

    @SuppressWarnings("unchecked")
    private B self() {
        return (B) this;
    }

    final void set(UNetValues from) {
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
        hasMidBlock = from.hasMidBlock();
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

    /** @throws IllegalArgumentException naming the key whose value is out of range, the value, and the range */
    final UNetValues values() {
        UNetValues values = new UNetValues(
                height, width, inChannels, outChannels, centerInputSample, timeEmbeddingType,
                timeEmbeddingDim == 0 && !blockOutChannels.isEmpty() ? 4 * blockOutChannels.get(0) : timeEmbeddingDim, freqShift,
                flipSinToCos, downBlocks, upBlocks, blockOutChannels, layersPerBlock, midBlockScaleFactor, downsamplePadding,
                resnetDownsample, resnetUpsample, attentionHeadDim, normNumGroups, attnNormNumGroups, normEps, dropout, scaleShift,
                addAttention, classEmbedType, numClassEmbeds, hasMidBlock);
        UNetCheck.require(values);
        return values;
    }

    public B size(int height, int width) {
        this.height = height;
        this.width = width;
        return self();
    }

    public B channels(int in, int out) {
        inChannels = in;
        outChannels = out;
        return self();
    }

    public B centerInputSample(boolean value) {
        centerInputSample = value;
        return self();
    }

    /** @param dim channels of the embedding; 0 for 4 × the first of {@link #blockOutChannels} */
    public B timeEmbedding(TimeEmbeddingType type, int dim) {
        timeEmbeddingType = type;
        timeEmbeddingDim = dim;
        return self();
    }

    /** Of the positional embedding: {@code shift} is 0 or 1. */
    public B frequencies(int shift, boolean flipSinToCos) {
        freqShift = shift;
        this.flipSinToCos = flipSinToCos;
        return self();
    }

    /** Kinds of blocks from the input on: one down and one up for each of {@link #blockOutChannels}. */
    public B blocks(List<BlockType> down, List<BlockType> up) {
        downBlocks = down;
        upBlocks = up;
        return self();
    }

    /** The finest level first. */
    public B blockOutChannels(List<Integer> channels) {
        blockOutChannels = channels;
        return self();
    }

    public B layersPerBlock(int count) {
        layersPerBlock = count;
        return self();
    }

    /** Whether there are blocks between the way down and the way up; {@code mid_block_type} null says no. */
    public B midBlock(boolean present) {
        hasMidBlock = present;
        return self();
    }

    public B midBlockScaleFactor(float factor) {
        midBlockScaleFactor = factor;
        return self();
    }

    /** Of convolutions: {@code padding} is 0 or 1. The flags ask for residual blocks in their place. */
    public B sampling(int padding, boolean resnetDown, boolean resnetUp) {
        downsamplePadding = padding;
        resnetDownsample = resnetDown;
        resnetUpsample = resnetUp;
        return self();
    }

    /** @param headDim channels of a head, 0 for one head; {@code middle} asks for attention in the middle block */
    public B attention(int headDim, boolean middle) {
        attentionHeadDim = headDim;
        addAttention = middle;
        return self();
    }

    /** Every one of {@link #blockOutChannels} is a multiple of {@code groups}. */
    public B norm(int groups, float eps) {
        normNumGroups = groups;
        normEps = eps;
        return self();
    }

    public B attnNormNumGroups(int groups) {
        attnNormNumGroups = groups;
        return self();
    }

    public B dropout(double share) {
        dropout = share;
        return self();
    }

    public B scaleShift(boolean value) {
        scaleShift = value;
        return self();
    }

    /** @param count of labels; 0 for none */
    public B classes(ClassEmbedType type, int count) {
        classEmbedType = type;
        numClassEmbeds = count;
        return self();
    }
}
