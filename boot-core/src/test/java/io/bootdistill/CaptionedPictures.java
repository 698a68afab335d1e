package io.bootdistill;

import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.CaptionedImages;
import io.bootdistill.network.ImageShape;

/** Pictures of 16×16 in one colour each, with noise, and its name as the caption. */
public record CaptionedPictures(int count, int seed) implements CaptionedImages {

    private static final String[] COLOURS = {"a red picture", "a green picture", "a blue picture"};

    @Override
    public ImageShape shape() {
        return new ImageShape(3, 16, 16);
    }

    @Override
    public String caption(int index) {
        return COLOURS[index % COLOURS.length];
    }

    @Override
    public void read(int index, float[] target, int offset) {
        for (int i = 0; i < shape().size(); i++) {
            double base = i / shape().pixels() == index % COLOURS.length ? 0.8 : -0.8;
            target[offset + i] = (float) (base + 0.2 * (2 * Philox.uniform(seed, index, i) - 1));
        }
    }
}
