package io.bootdistill.network;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Places buffers with known lifetimes in one arena, so that those which never live at the same time share memory: largest
 * first, each at the lowest free offset.
 */
final class MemoryPlanner {

    private static final int ALIGNMENT = 16;

    /** A buffer that is used at the times [first, last]. */
    static final class Buffer {

        private final long length;
        private int first = Integer.MAX_VALUE;
        private int last = Integer.MIN_VALUE;
        private long offset = -1;

        private Buffer(long length) {
            this.length = align(length);
        }

        /** Notes a use. */
        void use(int time) {
            first = Math.min(first, time);
            last = Math.max(last, time);
        }

        private boolean overlaps(Buffer other) {
            return first <= other.last && other.first <= last;
        }

        long offset() {
            return offset;
        }

        long length() {
            return length;
        }
    }

    private final List<Buffer> buffers = new ArrayList<>();

    Buffer buffer(long length) {
        Buffer buffer = new Buffer(length);
        buffers.add(buffer);
        return buffer;
    }

    /** Gives every buffer its offset; returns the length of the arena. */
    long place() {
        List<Buffer> bySize = new ArrayList<>(buffers);
        bySize.sort(Comparator.comparingLong(Buffer::length).reversed());
        List<Buffer> placed = new ArrayList<>();
        long arena = 0;
        for (Buffer buffer : bySize) {
            long offset = 0;
            for (Buffer other : placed) { // in the order of offsets
                if (buffer.overlaps(other)) {
                    if (offset + buffer.length <= other.offset) {
                        break;
                    }
                    offset = Math.max(offset, other.offset + other.length);
                }
            }
            buffer.offset = offset;
            arena = Math.max(arena, offset + buffer.length);
            placed.add(buffer);
            placed.sort(Comparator.comparingLong(Buffer::offset));
        }
        return arena;
    }

    static long align(long length) {
        return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
