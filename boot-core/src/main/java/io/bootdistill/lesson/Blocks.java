package io.bootdistill.lesson;

/**
 * How the rows of a step are cut into blocks of nearly the same size.
 *
 * @param rows at least {@code count}
 * @param count at least 1
 */
public record Blocks(int rows, int count) {

    /** As few as have at most so many rows each. */
    public static Blocks of(int rows, int most) {
        return new Blocks(rows, (rows + most - 1) / most);
    }

    /** The first row of a block; those of block {@code count} would follow the last. */
    public int first(int block) {
        return (int) ((long) block * rows / count);
    }

    /** Rows of a block. */
    public int size(int block) {
        return first(block + 1) - first(block);
    }
}
