package io.bootdistill.diffusion;

import io.bootdistill.format.Images;
import io.bootdistill.network.ImageShape;
import java.awt.image.BufferedImage;
import java.util.List;

/** Turns signals into images: as they are for pixel-space models, through an autoencoder for latent ones. */
@FunctionalInterface
public interface Decoder {

    /** Signals are images. */
    Decoder IDENTITY = (shape, signals) -> Images.toImages(signals, shape.channels(), shape.height(), shape.width());

    /**
     * Decodes signals.
     *
     * @param signals [n][channels][height][width]
     */
    List<BufferedImage> images(ImageShape shape, float[] signals);
}
