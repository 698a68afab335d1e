package io.bootdistill.internal.pipeline;

import io.bootdistill.error.NotFiniteException;

/** Refuses samples that are not finite. */
public final class Finite {

    private Finite() {}

    /**
     * Looks at n samples.
     *
     * @param values [n][size]
     * @param what a sample is
     * @param first the number of the first
     * @param when they came about, and what to try, as the end of a sentence
     * @throws NotFiniteException naming the first that is not
     */
    public static void require(String what, int first, float[] values, int size, String when) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new NotFiniteException(what + " " + (first + i / size) + " has the value " + values[i] + when);
            }
        }
    }
}
