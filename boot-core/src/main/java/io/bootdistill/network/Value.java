package io.bootdistill.network;

import org.jspecify.annotations.Nullable;

/**
 * A value of a graph: per sample {@code pixels} rows of {@code channels} values. It has memory of its own or is a range of
 * columns of a wider value, its parent (a part of a concatenation, or a part of a fused result).
 */
public final class Value {

    final int id;
    final int height;
    final int width;
    final int channels;

    private @Nullable Value parent;
    private int column;

    Value(int id, int height, int width, int channels) {
        this.id = id;
        this.height = height;
        this.width = width;
        this.channels = channels;
    }

    public int height() {
        return height;
    }

    public int width() {
        return width;
    }

    public int channels() {
        return channels;
    }

    int pixels() {
        return height * width;
    }

    @Nullable Value parent() {
        return parent;
    }

    void placeIn(Value parent, int column) {
        this.parent = parent;
        this.column = column;
    }

    /** Whether the two share memory. */
    boolean overlaps(Value other) {
        return root() == other.root() && rootColumn() < other.rootColumn() + other.channels
                && other.rootColumn() < rootColumn() + channels;
    }

    /** First column in the root. */
    int rootColumn() {
        return parent == null ? 0 : column + parent.rootColumn();
    }

    /** The value that has the memory. */
    Value root() {
        return parent == null ? this : parent.root();
    }
}
