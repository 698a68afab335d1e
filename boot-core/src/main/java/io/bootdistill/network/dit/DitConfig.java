package io.bootdistill.network.dit;

import static io.bootdistill.internal.file.ConfigCheck.between;
import static io.bootdistill.internal.file.ConfigCheck.positive;
import static io.bootdistill.internal.file.ConfigCheck.that;

import io.bootdistill.device.Activation;

/**
 * The configuration of a diffusers {@code DiTTransformer2DModel} ({@code config.json}), or of a {@code Transformer2DModel} whose
 * {@code norm_type} is {@code ada_norm_zero}: the same network under its older name. Values are named as the keys of that file;
 * {@link #read} and {@link #parse} make one. Attention has biases, norms have no parameters.
 *
 * @param sampleSize rows and columns of an image, 1 … 16,384, a multiple of {@code patchSize}
 * @param patchSize rows and columns of the patch that becomes a token, 1 … 256
 * @param inChannels 1 … 1024
 * @param outChannels 1 … 1024; twice {@code inChannels} where the model has learned its variance
 * @param numLayers blocks, 1 … 1024
 * @param numAttentionHeads at least 1; with {@code attentionHeadDim} it gives {@link #channels}
 * @param attentionHeadDim channels of a head, at least 1
 * @param activation between the two layers of the MLP
 * @param numEmbedsAdaNorm classes, 1 … 2²⁴ − 1; the label after the last one stands for no class
 * @param normEps of the norm before the MLP, above 0; that of the others is 1e-6
 */
public record DitConfig(
        int sampleSize,
        int patchSize,
        int inChannels,
        int outChannels,
        int numLayers,
        int numAttentionHeads,
        int attentionHeadDim,
        Activation activation,
        int numEmbedsAdaNorm,
        float normEps) {

    private static final int MOST_CHANNELS = 1 << 13; // the largest matrix, [6·channels][channels], has fewer than 2³¹ values

    /** Tokens of a row. Their positions are in no file: a configuration alone must not ask for much memory. */
    private static final int MOST_SIDE = 256;
    private static final int MOST_POSITIONS = 1 << 26;

    /** @throws IllegalArgumentException naming the format's key whose value is out of range, the value, and the range */
    public DitConfig {
        between("sample_size", sampleSize, 1, 1 << 14);
        between("patch_size", patchSize, 1, 256);
        between("in_channels", inChannels, 1, 1024);
        between("out_channels", outChannels, 1, 1024);
        between("num_layers", numLayers, 1, 1024);
        between("num_attention_heads", numAttentionHeads, 1, MOST_CHANNELS);
        between("attention_head_dim", attentionHeadDim, 1, MOST_CHANNELS);
        between("num_embeds_ada_norm", numEmbedsAdaNorm, 1, (1 << 24) - 1);
        that(sampleSize % patchSize == 0, "sample_size is " + sampleSize, "a multiple of patch_size, " + patchSize);
        int channels = numAttentionHeads * attentionHeadDim;
        String found = "num_attention_heads · attention_head_dim is " + channels;
        that(channels <= MOST_CHANNELS, found, "at most " + MOST_CHANNELS);
        that(channels % 4 == 0, found, "a multiple of 4, for the sines and cosines of rows and columns");
        int side = sampleSize / patchSize;
        that(side <= MOST_SIDE, "sample_size / patch_size is " + side, "at most " + MOST_SIDE);
        that((long) side * side * channels <= MOST_POSITIONS, "(sample_size / patch_size)² · num_attention_heads ·"
                + " attention_head_dim is " + (long) side * side * channels, "at most " + MOST_POSITIONS);
        indexed("num_embeds_ada_norm + 1 rows of " + channels, numEmbedsAdaNorm + 1L, channels);
        indexed("a patch with all its channels, to " + channels,
                (long) patchSize * patchSize * Math.max(inChannels, outChannels), channels);
        positive("norm_eps", normEps);
    }

    /** Values of a token between the layers. */
    public int channels() {
        return numAttentionHeads * attentionHeadDim;
    }

    /** The label that stands for no class. */
    public int nullLabel() {
        return numEmbedsAdaNorm;
    }

    private static void indexed(String matrix, long rows, int columns) {
        that(rows * columns <= Integer.MAX_VALUE, matrix + " is " + rows * columns + " values",
                "at most " + Integer.MAX_VALUE);
    }
}
