package io.bootdistill.format;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.Quoted;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;

/**
 * Named tensors, in one file or several. Values come as float32, row-major. Thread-safe.
 *
 * <p>A name that is not there is refused with a {@link ModelFormatException} that lists close names.
 */
public interface TensorSource {

    /** All names, in the order of the file. */
    Set<String> names();

    /** The shape; of length 0 for a scalar. The caller may keep it. */
    int[] shape(String name);

    /** The element type in the file. */
    DType dtype(String name);

    /** The file that holds the tensor, for messages. */
    Path file(String name);

    /**
     * Reads elements from {@code first} on, one behind the other, until a buffer is full. F64 and integers are rounded to the
     * nearest float32.
     *
     * @throws IndexOutOfBoundsException if the tensor has not so many
     */
    void read(String name, long first, FloatBuffer into);

    /**
     * Reads a tensor into {@code into[offset … offset + length)}, where length is the product of its shape.
     *
     * @throws IndexOutOfBoundsException if the range does not lie in the array
     */
    default void read(String name, float[] into, int offset) {
        Objects.requireNonNull(into, "into is missing");
        read(name, 0, FloatBuffer.wrap(into, offset, length(name)));
    }

    /** A tensor as a new array. */
    default float[] floats(String name) {
        float[] values = new float[length(name)];
        read(name, values, 0);
        return values;
    }

    /** The product of the shape. */
    default long size(String name) {
        long size = 1;
        for (int extent : shape(name)) {
            size *= extent; // the header check has excluded an overflow
        }
        return size;
    }

    /** The product of the shape; refused where it does not fit an array. */
    default int length(String name) {
        long length = size(name);
        if (length > Integer.MAX_VALUE - 8) {
            throw new ModelFormatException(
                    file(name) + ": tensor " + Quoted.of(name) + " has " + length + " elements, more than an array can hold");
        }
        return (int) length;
    }

    /**
     * Refuses a tensor that is missing or of another shape. A matrix may be stored as a 1×1 convolution, [out][in][1][1], and the
     * reverse: the values are the same.
     */
    default void requireShape(String name, int... shape) {
        Objects.requireNonNull(shape, "shape is missing");
        int[] found = shape(name);
        if (!Arrays.equals(asMatrix(found), asMatrix(shape))) {
            throw new ModelFormatException(file(name) + ": tensor " + Quoted.of(name) + " has shape " + Arrays.toString(found)
                    + ", must be " + Arrays.toString(shape) + "; use the configuration and the weights of the same model");
        }
    }

    private static int[] asMatrix(int[] shape) {
        return shape.length == 4 && shape[2] == 1 && shape[3] == 1 ? Arrays.copyOf(shape, 2) : shape;
    }

    /** As {@link #read(String, long, FloatBuffer)}, but refuses a NaN or an infinity (as float32) by tensor and index. */
    default void readFinite(String name, long first, FloatBuffer into) {
        Objects.requireNonNull(name, "name is missing");
        int start = Objects.requireNonNull(into, "into is missing").position();
        read(name, first, into);
        int bad = FiniteCheck.find(into, start);
        if (bad >= 0) {
            boolean overflowed = dtype(name) == DType.F16 && Float.isInfinite(into.get(bad));
            throw new ModelFormatException(file(name) + ": tensor " + Quoted.of(name) + " is " + into.get(bad) + " at index "
                    + (first + bad - start) + " of " + size(name) + (overflowed
                            ? "; F16 holds nothing above 65504: export the model as float32 or bfloat16"
                            : "; the weights are damaged or their training diverged: use another checkpoint"));
        }
    }

    /** Refuses a NaN or an infinity (as float32) in any tensor; names the first tensor and index. Reads everything once. */
    default void requireFinite() {
        FloatBuffer piece = FloatBuffer.allocate(1 << 16);
        for (String name : names()) {
            long size = dtype(name).isFloating() ? size(name) : 0;
            for (long first = 0; first < size; first += piece.limit()) {
                readFinite(name, first, piece.clear().limit((int) Math.min(piece.capacity(), size - first)));
            }
        }
    }
}
