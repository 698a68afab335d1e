package io.bootdistill.diffusion;

import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.ImageShape;

/** What images in arrays share: their shape, number and labels. */
abstract class InMemoryImages implements ImageSource {

    private final ImageShape shape;
    private final int count;
    private final int[] labels;

    InMemoryImages(ImageShape shape, int values, int[] labels) {
        Checks.that(values > 0 && values % shape.size() == 0, "the number of image values", values,
                "a positive multiple of " + shape.size() + " (" + shape + ")");
        this.shape = shape;
        this.count = values / shape.size();
        Checks.that(labels == null || labels.length == count, "the number of labels", labels == null ? 0 : labels.length,
                "that of images, " + count);
        this.labels = labels;
    }

    @Override
    public ImageShape shape() {
        return shape;
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public int label(int index) {
        return labels == null ? -1 : labels[index];
    }
}
