package io.bootdistill.internal.pipeline;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.diffusers.Component;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.autoencoder.AutoencoderConfig;
import io.bootdistill.network.autoencoder.LatentDecoder;
import org.jspecify.annotations.Nullable;

/** An autoencoder in a pipeline's folder, of which pictures need the decoder: all of it but the weights. */
record PictureComponent(Component component, LatentDecoder network) {

    /**
     * Reads the configuration.
     *
     * @param latents that pictures are made of
     * @return null where these are pictures
     * @throws ModelFormatException if it is not supported, or that of other latents
     */
    static @Nullable PictureComponent of(PipelineFolder folder, ImageShape latents) {
        String name = folder.pipeline().autoencoder();
        if (name == null) {
            return null;
        }
        Component component = folder.component(name);
        String source = component.folder().resolve("config.json").toString();
        AutoencoderConfig config = AutoencoderConfig.parse(component.config().toString(), source);
        if (config.diffusedChannels() != latents.channels()) {
            throw new ModelFormatException(source + ": " + (config.codebook() == null ? "latent_channels" : "vq_embed_dim") + " is "
                    + config.diffusedChannels() + ", must be the in_channels of the network in "
                    + folder.network().folder().resolve("config.json") + ", " + latents.channels() + "; use the components of one"
                    + " model (one that changes a picture, by a mask or from a smaller one, is not supported)");
        }
        return new PictureComponent(component, new LatentDecoder(config, latents.height(), latents.width()));
    }

    /** @throws ModelFormatException if the header of the weights does not fit the configuration */
    ComponentModel weights() {
        return new ComponentModel(component, network);
    }
}
