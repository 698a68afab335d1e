package io.bootdistill.device;

import io.bootdistill.internal.device.Shapes;

/**
 * Which rows of each sample are copied where.
 *
 * @param count how many, at least 1
 * @param sourceRows rows of a sample of the source
 * @param from the first row that is read
 * @param targetRows rows of a sample of the target
 * @param to the first row that is written
 */
public record RowPlace(int count, int sourceRows, int from, int targetRows, int to) {

    public RowPlace {
        Shapes.requirePositive("count", count);
        requireWithin("from", from, count, "sourceRows", sourceRows);
        requireWithin("to", to, count, "targetRows", targetRows);
    }

    private static void requireWithin(String name, int first, int count, String rowsName, int rows) {
        if (first < 0 || first > rows - count) {
            throw new IllegalArgumentException(name + " is " + first + " and count " + count + ", must lie within the "
                    + rows + " of " + rowsName);
        }
    }
}
