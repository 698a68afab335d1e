package io.bootdistill.network;

/** Kinds of blocks on the way down and up in a {@link UNetConfig}. */
public enum BlockType {
    /** {@code DownBlock2D}, {@code UpBlock2D}. */
    PLAIN,
    /** {@code AttnDownBlock2D}, {@code AttnUpBlock2D}. */
    ATTENTION,
    /** {@code ResnetDownsampleBlock2D}, {@code ResnetUpsampleBlock2D}. */
    RESNET
}
