package io.bootdistill.network;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Moves parameters between the order of a checkpoint and that of a device, in pieces, through a few megabytes of the heap
 * whatever their size. For one thread, with kernels of the caller's.
 */
final class ParameterMover {

    /** Elements of a piece. */
    static final int PIECE = 1 << 18;

    private final Kernels kernels;
    private final float[] values;
    private final float[] tile;

    /** What {@link #values} holds. */
    private @Nullable Parameter read;
    private @Nullable Slice readFrom;
    private @Nullable ParameterPiece piece;

    /** @param layout whose parameters it moves */
    ParameterMover(Kernels kernels, ParameterLayout layout) {
        this.kernels = kernels;
        int most = Math.max(largest(layout.trained()), largest(layout.constants()));
        values = new float[Math.min(PIECE, most)];
        tile = new float[values.length];
    }

    private static int largest(Iterable<Parameter> parameters) {
        int most = 0;
        for (Parameter parameter : parameters) {
            most = Math.max(most, parameter.size());
        }
        return most;
    }

    /** Writes a parameter into memory that is laid out like its own. */
    void write(Parameter parameter, ParameterSource source, Slice memory) {
        read = null;
        for (long first = 0; first < parameter.size(); ) {
            ParameterPiece next = new ParameterPiece(parameter, first, values.length);
            source.read(parameter, first, FloatBuffer.wrap(values, 0, next.count));
            float[] moved = next.keepsOrder() ? values : tile;
            if (moved == tile) {
                next.reorder(values, tile, true);
            }
            next.forEachMatrix(memory, (rows, matrix, from) -> kernels.upload(moved, from, rows, matrix));
            first += next.count;
        }
    }

    /** Gives the elements of a parameter from {@code first} on until the buffer is full. */
    void read(Parameter parameter, Slice memory, long first, FloatBuffer into) {
        if (first < 0 || into.remaining() > parameter.size() - first) {
            throw new IndexOutOfBoundsException("elements [" + first + ", " + (first + into.remaining()) + ") leave "
                    + parameter.name() + ", which has " + parameter.size());
        }
        while (into.hasRemaining()) {
            ParameterPiece held = hold(parameter, memory, first);
            int from = (int) (first - held.first);
            int count = Math.min(into.remaining(), held.count - from);
            into.put(values, from, count);
            first += count;
        }
    }

    private ParameterPiece hold(Parameter parameter, Slice memory, long element) {
        boolean held = parameter == read && memory.equals(readFrom)
                && element >= piece.first && element - piece.first < piece.count;
        if (!held) {
            read = null;
            piece = new ParameterPiece(parameter, element, values.length);
            float[] moved = piece.keepsOrder() ? values : tile;
            piece.forEachMatrix(memory, (rows, matrix, from) -> kernels.download(rows, matrix, moved, from));
            if (moved == tile) {
                piece.reorder(values, tile, false);
            }
            read = parameter;
            readFrom = memory;
        }
        return piece;
    }

    /** Copies values from one device to another. */
    static void copy(Kernels from, Slice source, Kernels to, Slice target) {
        float[] values = new float[(int) Math.min(PIECE, source.length())];
        for (long first = 0; first < source.length(); first += values.length) {
            long count = Math.min(values.length, source.length() - first);
            from.download(source.slice(first, count), values, 0);
            to.upload(values, 0, target.slice(first, count));
        }
    }
}
