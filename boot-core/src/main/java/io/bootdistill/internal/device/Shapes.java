package io.bootdistill.internal.device;

import java.util.Arrays;
import java.util.stream.Collectors;

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
     * Keeps sizes that kernels count in 32 bits within them, and rows of many samples within 64.
     *
     * @param name of the product, as {@code "height × width"}
     * @param factors at least 0
     * @throws IllegalArgumentException if the product is more than 2³¹ − 1
     */
    public static void requireProduct(String name, int... factors) {
        long product = 1;
        for (int factor : factors) {
            product *= factor;
            if (product > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        name + " is " + Arrays.stream(factors).mapToObj(Integer::toString).collect(Collectors.joining(" × "))
                                + ", must be at most " + Integer.MAX_VALUE);
            }
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
