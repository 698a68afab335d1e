package io.bootdistill.diffusion;

import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.ImageShape;
import org.jspecify.annotations.Nullable;

/** Images in arrays, which are not copied and must not change. */
public final class InMemoryImages implements ImageSource {

    /** Writes an image, see {@link ImageSource#read}. */
    @FunctionalInterface
    private interface Reader {
        void read(int index, float[] target, int offset);
    }

    private final ImageShape shape;
    private final int count;
    private final int @Nullable [] labels;
    private final Reader reader;

    private InMemoryImages(ImageShape shape, int values, int @Nullable [] labels, Reader reader) {
        Checks.that(values > 0 && values % shape.size() == 0, "the number of image values", values,
                "a positive multiple of " + shape.size() + " (" + shape + ")");
        this.shape = shape;
        this.count = values / shape.size();
        Checks.that(labels == null || labels.length == count, "the number of labels", labels == null ? 0 : labels.length,
                "that of images, " + count);
        this.labels = labels;
        this.reader = reader;
    }

    /**
     * Images of a byte per value, as files have them: 0 becomes −1, 255 becomes 1.
     *
     * @param pixels [n][channel][height][width]
     * @param labels one per image; null for none
     */
    public static InMemoryImages of(ImageShape shape, byte[] pixels, int @Nullable [] labels) {
        Checks.notNull("shape", shape);
        return new InMemoryImages(shape, Checks.notNull("pixels", pixels).length, labels, (index, target, offset) -> {
            for (int i = 0, from = index * shape.size(); i < shape.size(); i++) {
                target[offset + i] = (pixels[from + i] & 0xff) / 127.5f - 1;
            }
        });
    }

    /**
     * Images of floats.
     *
     * @param values [n][channel][height][width] in [−1, 1]
     * @param labels one per image; null for none
     */
    public static InMemoryImages of(ImageShape shape, float[] values, int @Nullable [] labels) {
        Checks.notNull("shape", shape);
        return new InMemoryImages(shape, Checks.notNull("values", values).length, labels, (index, target, offset) ->
                System.arraycopy(values, index * shape.size(), target, offset, shape.size()));
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

    @Override
    public void read(int index, float[] target, int offset) {
        reader.read(index, Checks.notNull("target", target), offset);
    }
}
