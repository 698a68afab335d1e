package io.bootdistill.network.autoencoder;

/** Refuses values that are out of range, with an {@link IllegalArgumentException} that names the format's key. */
final class AutoencoderCheck {

    static final int MOST_CHANNELS = 1 << 13; // the largest weight, [3][3][channels][channels], has fewer than 2³¹ values
    static final int MOST_PIXELS = 1 << 14;

    private AutoencoderCheck() {}

    static void between(String key, int value, int least, int most) {
        that(value >= least && value <= most, key + " is " + value, least + " … " + most);
    }

    static void positive(String key, double value) {
        that(value > 0 && Double.isFinite(value), key + " is " + value, "a number above 0");
    }

    static void that(boolean satisfied, String found, String needed) {
        if (!satisfied) {
            throw new IllegalArgumentException(found + ", must be " + needed);
        }
    }
}
