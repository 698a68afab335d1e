package io.bootdistill.device;

/**
 * Shape of a 3×3 convolution.
 *
 * @param height input height
 * @param width input width
 * @param in input channels
 * @param out output channels
 * @param stride 1 or 2; 2 halves an even height and width
 * @param padding zeros above and to the left: 1 pads all four sides; 0 (stride 2 only) pads below and to the right alone
 */
public record Conv(int height, int width, int in, int out, int stride, int padding) {

    public Conv {
        Shapes.requirePositive("height", height);
        Shapes.requirePositive("width", width);
        Shapes.requirePositive("in", in);
        Shapes.requirePositive("out", out);
        if (stride != 1 && stride != 2) {
            throw new IllegalArgumentException("stride is " + stride + ", must be 1 or 2");
        }
        if (padding != 1 && !(padding == 0 && stride == 2)) {
            throw new IllegalArgumentException("padding is " + padding + ", must be 1, or 0 with stride 2");
        }
        if (stride == 2 && (height % 2 != 0 || width % 2 != 0)) {
            throw new IllegalArgumentException(
                    "a stride of 2 needs an even size, not " + height + "×" + width);
        }
    }

    /** The usual kind: the output has the size of the input. */
    public static Conv same(int height, int width, int in, int out) {
        return new Conv(height, width, in, out, 1, 1);
    }

    public int outHeight() {
        return height / stride;
    }

    public int outWidth() {
        return width / stride;
    }

    /** Pixels of one input image. */
    public int pixels() {
        return height * width;
    }

    /** Pixels of one output image. */
    public int outPixels() {
        return outHeight() * outWidth();
    }

    /** Number of weights, [3][3][in][out]. */
    public long weights() {
        return 9L * in * out;
    }
}
