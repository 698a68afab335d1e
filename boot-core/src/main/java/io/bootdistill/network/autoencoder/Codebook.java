package io.bootdistill.network.autoencoder;

/**
 * The table of codes to which a {@code VQModel} rounds latents: each pixel to the nearest row (van den Oord et al., 2017).
 *
 * @param codes rows of the table ({@code num_vq_embeddings}), 1 … 131,072
 * @param channels of a code ({@code vq_embed_dim}), 1 … 8,192
 */
public record Codebook(int codes, int channels) {

    /** @throws IllegalArgumentException naming the key whose value is out of range */
    public Codebook {
        AutoencoderCheck.between("num_vq_embeddings", codes, 1, 1 << 17);
        AutoencoderCheck.between("vq_embed_dim", channels, 1, AutoencoderCheck.MOST_CHANNELS);
    }
}
