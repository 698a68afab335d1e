package io.bootdistill.device;

/** Argument checks of the shape records. */
final class Shapes {

    private Shapes() {}

    static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least 1");
        }
    }
}
