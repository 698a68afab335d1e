package io.bootdistill.diffusion;

import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.ImageShape;
import java.util.List;
import java.util.function.IntUnaryOperator;
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

    private InMemoryImages(ImageShape shape, int count, int @Nullable [] labels, Reader reader) {
        Checks.that(labels == null || labels.length == count, "the number of labels", labels == null ? 0 : labels.length,
                "that of images, " + count);
        this.shape = shape;
        this.count = count;
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
        Checks.notNull("pixels", pixels);
        return new InMemoryImages(shape, count(shape, pixels.length), labels,
                (index, target, offset) -> read(pixels, index * shape.size(), shape.size(), target, offset));
    }

    /**
     * Images of a byte per value in an array each, as many as memory holds.
     *
     * @param images at least one, each [channel][height][width]
     * @param labels one per image; null for none
     */
    public static InMemoryImages of(ImageShape shape, List<byte[]> images, int @Nullable [] labels) {
        Checks.notNull("shape", shape);
        List<byte[]> given = Checks.copy("images", images);
        check(shape, given.size(), i -> given.get(i).length);
        return new InMemoryImages(shape, given.size(), labels,
                (index, target, offset) -> read(given.get(index), 0, shape.size(), target, offset));
    }

    /**
     * Images of floats.
     *
     * @param values [n][channel][height][width] in [−1, 1]
     * @param labels one per image; null for none
     */
    public static InMemoryImages of(ImageShape shape, float[] values, int @Nullable [] labels) {
        Checks.notNull("shape", shape);
        Checks.notNull("values", values);
        return new InMemoryImages(shape, count(shape, values.length), labels, (index, target, offset) ->
                System.arraycopy(values, index * shape.size(), target, offset, shape.size()));
    }

    /**
     * Images of floats in an array each, as many as memory holds.
     *
     * @param images at least one, each [channel][height][width] in [−1, 1]
     * @param labels one per image; null for none
     */
    public static InMemoryImages of(ImageShape shape, float[][] images, int @Nullable [] labels) {
        Checks.notNull("shape", shape);
        List<float[]> given = Checks.copy("images", images);
        check(shape, given.size(), i -> given.get(i).length);
        return new InMemoryImages(shape, given.size(), labels, (index, target, offset) ->
                System.arraycopy(given.get(index), 0, target, offset, shape.size()));
    }

    private static void check(ImageShape shape, int count, IntUnaryOperator size) {
        Checks.that(count > 0, "the number of images", 0, "at least 1");
        for (int i = 0; i < count; i++) {
            int found = size.applyAsInt(i);
            Checks.that(found == shape.size(), "the number of values of image " + i, found, shape.size() + " (" + shape + ")");
        }
    }

    private static int count(ImageShape shape, int values) {
        Checks.that(values > 0 && values % shape.size() == 0, "the number of image values", values,
                "a positive multiple of " + shape.size() + " (" + shape + ")");
        return values / shape.size();
    }

    private static void read(byte[] pixels, int first, int size, float[] target, int offset) {
        for (int i = 0; i < size; i++) {
            target[offset + i] = (pixels[first + i] & 0xff) / 127.5f - 1;
        }
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
