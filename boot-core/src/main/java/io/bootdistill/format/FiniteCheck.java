package io.bootdistill.format;

import java.nio.FloatBuffer;

/** Looks for values that are no numbers or infinite. */
final class FiniteCheck {

    private FiniteCheck() {}

    /** The first position from {@code start} up to the buffer's own that holds a NaN or an infinity; −1 if there is none. */
    static int find(FloatBuffer values, int start) {
        int end = values.position();
        if (values.hasArray() && isFinite(values.array(), values.arrayOffset() + start, values.arrayOffset() + end)) {
            return -1;
        }
        for (int i = start; i < end; i++) {
            if (!Float.isFinite(values.get(i))) {
                return i;
            }
        }
        return -1;
    }

    /** Zero times a number is zero: in sums of which several are under way at a time, a fraction of the time of reading. */
    private static boolean isFinite(float[] values, int from, int to) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        int i = from;
        for (; i < to - 3; i += 4) {
            a += values[i] * 0;
            b += values[i + 1] * 0;
            c += values[i + 2] * 0;
            d += values[i + 3] * 0;
        }
        for (; i < to; i++) {
            a += values[i] * 0;
        }
        return a + b + c + d == 0;
    }
}
