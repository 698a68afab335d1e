package io.bootdistill.diffusion;

import io.bootdistill.format.Images;
import io.bootdistill.internal.work.Checks;
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

    /**
     * What a decoder makes of signals, an image of each.
     *
     * @throws IllegalStateException if it makes another number
     */
    static List<BufferedImage> decoded(Decoder decoder, ImageShape shape, float[] signals) {
        Checks.notNull("decoder", decoder);
        Checks.notNull("shape", shape);
        Checks.notNull("signals", signals);
        int n = signals.length / shape.size();
        List<BufferedImage> images = decoder.images(shape, signals);
        if (images.size() != n) {
            throw new IllegalStateException("the decoder made " + images.size() + " images of " + n + " signals");
        }
        return images;
    }
}
