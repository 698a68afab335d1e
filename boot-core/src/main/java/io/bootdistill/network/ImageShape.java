package io.bootdistill.network;

/** Channels, height and width of an image; each at least 1, their product at most 2³¹ − 1. */
public record ImageShape(int channels, int height, int width) {

    public ImageShape {
        if (channels < 1 || height < 1 || width < 1) {
            throw new IllegalArgumentException(
                    "image shape is " + channels + "×" + height + "×" + width + ", every size must be at least 1");
        }
        try {
            Math.multiplyExact(channels, Math.multiplyExact(height, width));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("image shape is " + channels + "×" + height + "×" + width
                    + ", must have at most " + Integer.MAX_VALUE + " values", e);
        }
    }

    public int pixels() {
        return height * width;
    }

    /** Values of one image. */
    public int size() {
        return channels * height * width;
    }

    /** Whether picture files can hold it: greyscale or RGB. */
    public boolean isPicture() {
        return channels == 1 || channels == 3;
    }

    @Override
    public String toString() {
        return channels + "×" + height + "×" + width;
    }
}
