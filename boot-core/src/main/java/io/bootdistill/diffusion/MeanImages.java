package io.bootdistill.diffusion;

import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.ImageShape;

/**
 * Smaller copies of images: each pixel is the mean of a square of theirs.
 *
 * @param images the larger ones
 * @param shape of the copies: as many channels; height and width divide those of the images by the same whole number
 */
public record MeanImages(ImageSource images, ImageShape shape) implements ImageSource {

    public MeanImages {
        Checks.notNull("shape", shape);
        ImageShape large = Checks.notNull("images", images).shape();
        int factor = large.height() / shape.height();
        Checks.that(factor >= 1 && new ImageShape(shape.channels(), shape.height() * factor, shape.width() * factor).equals(large),
                "the shape of the smaller pictures", shape, "that of the images, " + large + ", with height and width divided by a"
                        + " whole number");
    }

    @Override
    public int count() {
        return images.count();
    }

    @Override
    public int label(int index) {
        return images.label(index);
    }

    @Override
    public void read(int index, float[] target, int offset) {
        Checks.notNull("target", target);
        ImageShape large = images.shape();
        int factor = large.height() / shape.height();
        float[] planes = new float[large.size()];
        images.read(index, planes, 0);
        for (int i = 0; i < shape.size(); i++) {
            int row = i / shape.width() * factor; // of all planes, one below another
            int column = i % shape.width() * factor;
            float sum = 0;
            for (int k = 0; k < factor * factor; k++) {
                sum += planes[(row + k / factor) * large.width() + column + k % factor];
            }
            target[offset + i] = sum / (factor * factor);
        }
    }
}
