/**
 * Autoencoders of the diffusers format: images to latents and back. A
 * {@link io.bootdistill.network.autoencoder.LatentEncoder} and a {@link io.bootdistill.network.autoencoder.LatentDecoder} are
 * the two networks of a file, described by one {@link io.bootdistill.network.autoencoder.AutoencoderConfig}.
 */
@NullMarked
package io.bootdistill.network.autoencoder;

import org.jspecify.annotations.NullMarked;
