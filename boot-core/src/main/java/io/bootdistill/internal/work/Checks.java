package io.bootdistill.internal.work;

import java.util.Arrays;
import java.util.List;

/** Argument checks whose messages name the argument, its value and what is allowed. */
public final class Checks {

    private Checks() {}

    public static void that(boolean valid, String name, Object value, String allowed) {
        if (!valid) {
            throw new IllegalArgumentException(name + " is " + value + ", must be " + allowed);
        }
    }

    public static void range(String name, int value, int least, int most) {
        that(value >= least && value <= most, name, value, least + " … " + most);
    }

    public static void atLeastZero(String name, double value) {
        that(value >= 0 && Double.isFinite(value), name, value, "finite and at least 0");
    }

    /** The value, unless it is null. */
    public static <T> T notNull(String name, T value) {
        if (value == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value;
    }

    /** A copy of a list without nulls. */
    public static <T> List<T> copy(String name, List<T> values) {
        for (int i = 0; i < notNull(name, values).size(); i++) {
            notNull(name + "[" + i + "]", values.get(i));
        }
        return List.copyOf(values);
    }

    /** Likewise, of an array. */
    public static <T> List<T> copy(String name, T[] values) {
        return copy(name, Arrays.asList(notNull(name, values)));
    }
}
