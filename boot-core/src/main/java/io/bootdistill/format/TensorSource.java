package io.bootdistill.format;

import io.bootdistill.error.ModelFormatException;
import java.nio.file.Path;
import java.util.Arrays;
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
     * Reads a tensor into {@code into[offset … offset + length)}, where length is the product of its shape. F64 and integers
     * are rounded to the nearest float32.
     *
     * @throws IndexOutOfBoundsException if the range does not lie in the array
     */
    void read(String name, float[] into, int offset);

    /** A tensor as a new array. */
    default float[] floats(String name) {
        float[] values = new float[length(name)];
        read(name, values, 0);
        return values;
    }

    /** The product of the shape; refused where it does not fit an array. */
    default int length(String name) {
        long length = 1;
        for (int size : shape(name)) {
            length *= size; // the header check has excluded an overflow
        }
        if (length > Integer.MAX_VALUE - 8) {
            throw new ModelFormatException(
                    file(name) + ": tensor " + name + " has " + length + " elements, more than an array can hold");
        }
        return (int) length;
    }

    /**
     * Refuses a tensor that is missing or of another shape. A matrix may be stored as a 1×1 convolution, [out][in][1][1], and the
     * reverse: the values are the same.
     */
    default void requireShape(String name, int... shape) {
        int[] found = shape(name);
        if (!Arrays.equals(asMatrix(found), asMatrix(shape))) {
            throw new ModelFormatException(file(name) + ": tensor " + name + " has shape " + Arrays.toString(found)
                    + ", must be " + Arrays.toString(shape) + "; use the configuration and the weights of the same model");
        }
    }

    private static int[] asMatrix(int[] shape) {
        return shape.length == 4 && shape[2] == 1 && shape[3] == 1 ? Arrays.copyOf(shape, 2) : shape;
    }

    /** Refuses a NaN or an infinity (as float32) in any tensor; names the first tensor and index. Reads everything once. */
    default void requireFinite() {
        for (String name : names()) {
            if (!dtype(name).isFloating()) {
                continue;
            }
            float[] values = floats(name);
            for (int i = 0; i < values.length; i++) {
                if (!Float.isFinite(values[i])) {
                    throw new ModelFormatException(file(name) + ": tensor " + name + " is " + values[i] + " at index " + i
                            + " of " + values.length + "; the weights are damaged or their training diverged: use another"
                            + " checkpoint");
                }
            }
        }
    }
}
