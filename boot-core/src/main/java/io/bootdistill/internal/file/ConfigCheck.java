package io.bootdistill.internal.file;

/** Refuses values of a configuration, with an {@link IllegalArgumentException} that names the key, the value and what is allowed. */
public final class ConfigCheck {

    private ConfigCheck() {}

    public static void between(String key, int value, int least, int most) {
        that(value >= least && value <= most, key + " is " + value, least + " … " + most);
    }

    public static void positive(String key, Number value) {
        that(value.doubleValue() > 0 && Double.isFinite(value.doubleValue()), key + " is " + value, "a number above 0");
    }

    /** Says what was found, and that it must be what is needed, unless a requirement is satisfied. */
    public static void that(boolean satisfied, String found, String needed) {
        if (!satisfied) {
            throw new IllegalArgumentException(found + ", must be " + needed);
        }
    }
}
