package io.bootdistill.network;

import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Elements of a parameter that lie one behind the other in a checkpoint: a range of one dimension, with all of the dimensions
 * behind it. They are moved by a tile, which holds them dense in the device's order.
 */
final class ParameterPiece {

    /** Of a transposed matrix: what is written in turn for so many columns stays in the nearest cache. */
    private static final int BLOCK_COLUMNS = 256;

    /** One, or several that lie one in the other in both orders. */
    private record Dimension(int size, long stride) {}

    /** Receives a matrix of the device, whose rows lie dense in the tile from {@code from} on. */
    interface MatrixVisitor {
        void visit(int rows, Tensor matrix, int from);
    }

    /** The first element, in the checkpoint's order. */
    final long first;

    /** Number of elements. */
    final int count;

    private final long offset;
    private final List<Dimension> checkpointOrder = new ArrayList<>();
    private final List<Dimension> deviceOrder;

    /**
     * The piece that begins at an element, or before it where it begins no row.
     *
     * @param most elements that a piece may have
     */
    ParameterPiece(Parameter parameter, long element, int most) {
        int[] shape = parameter.shape();
        long[] strides = parameter.strides();
        int row = 1;
        int cut = shape.length - 1;
        for (; cut > 0 && (long) row * shape[cut] <= most; cut--) {
            row *= shape[cut];
            prepend(shape[cut], strides[cut]);
        }
        first = element - element % row;
        long index = first / row;
        if (cut >= 0) {
            int size = (int) Math.min(most / row, shape[cut] - index % shape[cut]);
            row *= size;
            prepend(size, strides[cut]);
        }
        count = row;
        long start = parameter.offset();
        for (int k = cut; k >= 0; k--) {
            start += index % shape[k] * strides[k];
            index /= shape[k];
        }
        offset = start;
        deviceOrder = checkpointOrder.stream().sorted(Comparator.comparingLong(dimension -> -dimension.stride)).toList();
    }

    private void prepend(int size, long stride) {
        Dimension next = checkpointOrder.isEmpty() ? null : checkpointOrder.get(0);
        if (next != null && stride == next.size * next.stride) {
            checkpointOrder.set(0, new Dimension(size * next.size, next.stride));
        } else if (size > 1) {
            checkpointOrder.add(0, new Dimension(size, stride));
        }
    }

    /** Whether the tile holds the elements as the checkpoint does. */
    boolean keepsOrder() {
        return checkpointOrder.equals(deviceOrder);
    }

    /** Copies between the checkpoint's order and that of the tile. */
    void reorder(float[] values, float[] tile, boolean toTile) {
        Dimension head = checkpointOrder.get(0);
        boolean headIsInnermost = head.equals(deviceOrder.get(deviceOrder.size() - 1)); // as in a matrix that is transposed
        int rows = headIsInnermost ? head.size : 1;
        int[] place = places(checkpointOrder.subList(headIsInnermost ? 1 : 0, checkpointOrder.size()));
        int columns = place.length;
        for (int column = 0; column < columns; column += BLOCK_COLUMNS) {
            int end = Math.min(column + BLOCK_COLUMNS, columns);
            for (int row = 0; row < rows; row++) {
                if (toTile) {
                    for (int c = column; c < end; c++) {
                        tile[place[c] + row] = values[row * columns + c];
                    }
                } else {
                    for (int c = column; c < end; c++) {
                        values[row * columns + c] = tile[place[c] + row];
                    }
                }
            }
        }
    }

    /** Where the elements of some dimensions lie in the tile, in the checkpoint's order. */
    private int[] places(List<Dimension> dimensions) {
        int[] places = new int[product(dimensions.stream())];
        int known = 1;
        for (int k = dimensions.size() - 1; k >= 0; k--) {
            Dimension dimension = dimensions.get(k);
            int stride = product(deviceOrder.stream().filter(other -> other.stride < dimension.stride));
            for (int i = 1; i < dimension.size; i++) {
                for (int j = 0; j < known; j++) {
                    places[i * known + j] = places[j] + i * stride;
                }
            }
            known *= dimension.size;
        }
        return places;
    }

    private static int product(Stream<Dimension> dimensions) {
        return dimensions.mapToInt(Dimension::size).reduce(1, (a, b) -> a * b);
    }

    /** Visits the matrices that the piece consists of in memory: mostly one. */
    void forEachMatrix(Slice memory, MatrixVisitor visitor) {
        List<Dimension> outer = new ArrayList<>(deviceOrder);
        int columns = 1;
        if (!outer.isEmpty() && outer.get(outer.size() - 1).stride == 1) {
            columns = outer.remove(outer.size() - 1).size;
        }
        int rows = 1;
        long distance = columns;
        if (!outer.isEmpty()) {
            Dimension row = outer.remove(outer.size() - 1);
            rows = row.size;
            distance = row.stride;
        }
        while (!outer.isEmpty() && outer.get(outer.size() - 1).stride == rows * distance) {
            rows *= outer.remove(outer.size() - 1).size;
        }
        for (int from = 0; from < count; from += rows * columns) {
            long start = offset;
            int index = from / (rows * columns);
            for (int k = outer.size() - 1; k >= 0; k--) {
                start += index % outer.get(k).size * outer.get(k).stride;
                index /= outer.get(k).size;
            }
            Slice slice = memory.slice(start, (rows - 1) * distance + columns);
            visitor.visit(rows, new Tensor(slice, columns, Math.toIntExact(distance)), from);
        }
    }
}
