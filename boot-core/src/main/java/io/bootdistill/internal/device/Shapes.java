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

    /**
     * Keeps a size that kernels count in 32 bits within them; rows of many samples are then within 64.
     *
     * @param name of the product, as {@code "height × width"}
     * @throws IllegalArgumentException if the product is more than 2³¹ − 1
     */
    public static void requireProduct(String name, int a, int b) {
        if ((long) a * b > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(name + " is " + a + " × " + b + ", must be at most " + Integer.MAX_VALUE);
        }
    }

    /** Likewise of three, in any order. */
    public static void requireProduct(String name, int a, int b, int c) {
        if ((long) a * b > Integer.MAX_VALUE || (long) a * b * c > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    name + " is " + a + " × " + b + " × " + c + ", must be at most " + Integer.MAX_VALUE);
        }
    }

    /** Rows of the smaller of two images, of which the other has twice its height and width, of n samples. */
    public static long smallRows(int n, int height, int width) {
        requirePositive("n", n);
        requirePositive("height", height);
        requirePositive("width", width);
        requireProduct("4 × height × width", 4, height, width);
        return (long) n * height * width;
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
