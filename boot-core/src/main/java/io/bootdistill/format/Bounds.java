package io.bootdistill.format;

import io.bootdistill.error.ModelFormatException;

/** What a file of training data may take memory for. */
final class Bounds {

    /** How many bytes one byte of deflated data stands for at most: a copy of 258 takes two bits. */
    static final long DEFLATE = 1032;

    private Bounds() {}

    /**
     * Refuses pictures that would leave no memory for anything else.
     *
     * @param source what they are read from
     * @param bytes that they take
     */
    static void requireHeap(Object source, long bytes) {
        long heap = Runtime.getRuntime().maxMemory();
        if (bytes > heap / 4 * 3) {
            throw new ModelFormatException(source + ": its values take " + (bytes >> 20) + " MiB, must be at most "
                    + (heap / 4 * 3 >> 20) + ", three quarters of Java's memory; give it more (-Xmx), or fewer of them");
        }
    }
}
