/**
 * Diffusion transformers: {@link io.bootdistill.network.dit.Dit}, the network of diffusers' {@code DiTTransformer2DModel}, as its
 * {@link io.bootdistill.network.dit.DitConfig} describes it.
 */
@NullMarked
package io.bootdistill.network.dit;

import org.jspecify.annotations.NullMarked;
