package io.bootdistill.internal.work;

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

    public static void notNull(String name, Object value) {
        if (value == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
    }
}
