package io.bootdistill.diffusion;

import io.bootdistill.device.Philox;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.ConditionShape.Parts;
import io.bootdistill.network.UNet;

/**
 * Draws what a network that enlarges is conditioned on, of smaller pictures: each is as likely as any other, its noise is its own,
 * and the level of that uniform over 0 … {@value #MOST_LEVEL}. Thread-safe.
 */
public final class SmallerImages implements ConditionSource {

    /** The noisiest level that is learnt: sampling has 250, or the last of fewer, where nothing is said. */
    public static final int MOST_LEVEL = 400;

    private final ImageSource images;
    private final NoiseConditioning conditioning;
    private final int levels;
    private final int levelAt;
    private final int imageAt;

    /**
     * @param images the smaller pictures
     * @param shape of the network's condition: it has the parts {@link UNet#CLASS} and {@link UNet#IMAGE}
     */
    public SmallerImages(ImageSource images, NoiseConditioning conditioning, Parts shape) {
        Checks.notNull("images", images);
        Checks.notNull("conditioning", conditioning);
        Checks.notNull("shape", shape);
        NoiseConditioning.requireFitting(images.shape(), conditioning.large());
        this.images = images;
        this.conditioning = conditioning;
        levels = 1 + Math.min(MOST_LEVEL, conditioning.mostLevel());
        levelAt = shape.offset(UNet.CLASS);
        imageAt = shape.offset(UNet.IMAGE);
    }

    @Override
    public void draw(long seed, float[] target, int offset) {
        draw((int) (Philox.uniform(seed, 0, 0) * images.count()), seed, target, offset);
    }

    /** Likewise, of a picture that is chosen already. */
    public void draw(int image, long seed, float[] target, int offset) {
        Checks.notNull("target", target);
        int level = (int) (Philox.uniform(seed, 0, 1) * levels);
        float[] plane = new float[images.shape().size()];
        images.read(image, plane, 0);
        target[offset + levelAt] = level;
        conditioning.write(plane, 0, images.shape(), level, seed, target, offset + imageAt);
    }
}
