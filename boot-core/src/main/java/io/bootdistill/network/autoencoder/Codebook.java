package io.bootdistill.network.autoencoder;

import static io.bootdistill.internal.file.ConfigCheck.between;

/**
 * The table of codes to which a {@code VQModel} rounds latents: each pixel to the nearest row (van den Oord et al., 2017).
 *
 * @param codes rows of the table ({@code num_vq_embeddings}), 1 … 131,072
 * @param channels of a code ({@code vq_embed_dim}), 1 … 8,192
 */
public record Codebook(int codes, int channels) {

    /** @throws IllegalArgumentException naming the key whose value is out of range */
    public Codebook {
        between("num_vq_embeddings", codes, 1, 1 << 17);
        between("vq_embed_dim", channels, 1, AutoencoderConfig.MOST_CHANNELS);
    }
}
