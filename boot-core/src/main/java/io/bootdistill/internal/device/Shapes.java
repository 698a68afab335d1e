package io.bootdistill.internal.device;

/** Argument checks of shapes, and of the sizes and ranges that kernels are called with. */
public final class Shapes {

    private Shapes() {}

    /** @throws IllegalArgumentException if {@code value} is below 1 */
    public static void requirePositive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least 1");
        }
    }

    /** @throws IllegalArgumentException unless 0 ≤ from ≤ to */
    public static void requireRange(long from, long to) {
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("the range is [" + from + ", " + to + "), must be 0 <= from <= to");
        }
    }

    /** @throws IllegalArgumentException unless both operands are null or both are given */
    public static void requireTogether(String first, Object a, String second, Object b) {
        if ((a == null) != (b == null)) {
            throw new IllegalArgumentException(
                    (a == null ? second : first) + " is given without " + (a == null ? first : second));
        }
    }
}
