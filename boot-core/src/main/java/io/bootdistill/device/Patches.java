package io.bootdistill.device;

import io.bootdistill.internal.device.Shapes;

/**
 * An image cut into squares: each becomes a token, its size² · channels values in one of two orders.
 *
 * @param height pixels of the image, a multiple of {@code size}
 * @param width pixels of the image, a multiple of {@code size}
 * @param channels of the image
 * @param size pixels of a patch in both directions
 * @param channelsFirst the order of the values of a token: true for (channel, row, column), false for (row, column, channel)
 */
public record Patches(int height, int width, int channels, int size, boolean channelsFirst) {

    public Patches {
        Shapes.requirePositive("height", height);
        Shapes.requirePositive("width", width);
        Shapes.requirePositive("channels", channels);
        Shapes.requirePositive("size", size);
        Shapes.requireProduct("height × width × channels", height, width, channels);
        if (height % size != 0 || width % size != 0) {
            throw new IllegalArgumentException(
                    "an image of " + height + "×" + width + " does not divide into patches of " + size + "×" + size);
        }
    }

    /** Rows of an image. */
    public int pixels() {
        return height * width;
    }

    /** Patches of an image. */
    public int tokens() {
        return height / size * (width / size);
    }

    /** Values of a patch. */
    public int tokenChannels() {
        return size * size * channels;
    }

    /** Where a token has the value of a pixel of its patch. */
    public int place(int row, int column, int channel) {
        return channelsFirst ? (channel * size + row) * size + column : (row * size + column) * channels + channel;
    }
}
