package io.bootdistill.network.unet;

import static io.bootdistill.internal.file.ConfigCheck.between;
import static io.bootdistill.internal.file.ConfigCheck.that;

import java.util.List;

/**
 * A resolution of a {@link ConditionalUNet}: its block on the way down, and the one on the way up.
 *
 * @param channels of the level ({@code block_out_channels}), 1 … 65,536
 * @param layers residual blocks on the way down, 1 … 64; on the way up there is one more
 * @param down the kind of the block on the way down
 * @param up the kind of the block on the way up
 * @param headDim the format's {@code attention_head_dim}: the number of heads of {@link Block#CROSS_ATTENTION}, the channels of a
 *     head of {@link Block#SIMPLE_CROSS_ATTENTION}; a divisor of the channels where there is attention
 * @param downDepths transformer blocks of each attention on the way down, one per layer; of {@link Block#CROSS_ATTENTION} alone
 * @param upDepths those on the way up, one per layer and one more
 * @param onlyCrossAttention whether pixels see the text and not each other
 */
public record UNetLevel(
        int channels, int layers, Block down, Block up, int headDim, List<Integer> downDepths, List<Integer> upDepths,
        boolean onlyCrossAttention) {

    /** The kind of a block. */
    public enum Block {
        /** Residual blocks, and a convolution that changes the resolution: {@code DownBlock2D}, {@code UpBlock2D}. */
        PLAIN,
        /** The same with a transformer after each residual block: {@code CrossAttnDownBlock2D}, {@code CrossAttnUpBlock2D}. */
        CROSS_ATTENTION,
        /**
         * Residual blocks, the last of which changes the resolution: {@code ResnetDownsampleBlock2D}, {@code
         * ResnetUpsampleBlock2D}.
         */
        RESNET,
        /**
         * The same with one attention to text and pixels after each residual block: {@code SimpleCrossAttnDownBlock2D}, {@code
         * SimpleCrossAttnUpBlock2D}.
         */
        SIMPLE_CROSS_ATTENTION;

        /** Whether a residual block changes the resolution; then the format's options of residual blocks hold. */
        boolean resamplesByResnet() {
            return this == RESNET || this == SIMPLE_CROSS_ATTENTION;
        }

        boolean hasAttention() {
            return this == CROSS_ATTENTION || this == SIMPLE_CROSS_ATTENTION;
        }
    }

    /** @throws IllegalArgumentException naming the format's key, the value, and what is allowed */
    public UNetLevel {
        downDepths = List.copyOf(downDepths);
        upDepths = List.copyOf(upDepths);
        between("block_out_channels", channels, 1, ConditionalUNetConfig.MOST_CHANNELS);
        between("layers_per_block", layers, 1, 64);
        if (down.hasAttention() || up.hasAttention()) {
            requireHeads(headDim, channels);
        }
        if (down == Block.CROSS_ATTENTION) {
            requireDepths("transformer_layers_per_block", downDepths, layers, "layers_per_block");
        }
        if (up == Block.CROSS_ATTENTION) {
            requireDepths("reverse_transformer_layers_per_block", upDepths, layers + 1, "layers_per_block + 1");
        }
    }

    /** That attention has whole heads, of which there are as many as of channels per head the other way round. */
    static void requireHeads(int headDim, int channels) {
        that(headDim >= 1 && channels % headDim == 0, "attention_head_dim is " + headDim,
                "a divisor of " + channels + ", the channels of a block with attention");
    }

    private static void requireDepths(String key, List<Integer> depths, int layers, String of) {
        that(depths.size() == layers, key + " has " + depths.size() + " entries for a level",
                "one number or as many as " + of + ", " + layers);
        depths.forEach(depth -> between(key, depth, 0, ConditionalUNetConfig.MOST_DEPTH));
    }
}
