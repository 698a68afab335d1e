package io.bootdistill.device;

import io.bootdistill.internal.device.Shapes;
import org.jspecify.annotations.Nullable;

/**
 * Shape of a 3×3 convolution, which may see its input enlarged.
 *
 * @param height input height
 * @param width input width
 * @param in input channels
 * @param out output channels
 * @param upsample 1 or 2; 2 enlarges height and width first, each pixel being repeated (nearest neighbour); with stride 1 only
 * @param stride 1 or 2; 2 halves an even height and width
 * @param padding zeros above and to the left: 1 pads all four sides; 0 (stride 2 only) pads below and to the right alone
 */
public record Conv(int height, int width, int in, int out, int upsample, int stride, int padding) {

    public Conv {
        Shapes.requirePositive("height", height);
        Shapes.requirePositive("width", width);
        Shapes.requirePositive("in", in);
        Shapes.requirePositive("out", out);
        if (stride != 1 && stride != 2) {
            throw new IllegalArgumentException("stride is " + stride + ", must be 1 or 2");
        }
        if (upsample != 1 && !(upsample == 2 && stride == 1)) {
            throw new IllegalArgumentException("upsample is " + upsample + ", must be 1, or 2 with stride 1");
        }
        if (padding != 1 && !(padding == 0 && stride == 2)) {
            throw new IllegalArgumentException("padding is " + padding + ", must be 1, or 0 with stride 2");
        }
        if (stride == 2 && (height % 2 != 0 || width % 2 != 0)) {
            throw new IllegalArgumentException(
                    "a stride of 2 needs an even size, not " + height + "×" + width);
        }
        Shapes.requireProduct("height × width × upsample²", height, width, upsample * upsample);
        if (in > Long.MAX_VALUE / 9 / out) {
            throw new IllegalArgumentException(
                    "9 × in × out is 9 × " + in + " × " + out + ", must be at most " + Long.MAX_VALUE);
        }
    }

    /** The usual kind: the output has the size of the input. */
    public static Conv same(int height, int width, int in, int out) {
        return new Conv(height, width, in, out, 1, 1, 1);
    }

    /** The output has half the size of the input, which must be even; see {@code padding}. */
    public static Conv halving(int height, int width, int in, int out, int padding) {
        return new Conv(height, width, in, out, 1, 2, padding);
    }

    /** The output has twice the size of the input. */
    public static Conv doubling(int height, int width, int in, int out) {
        return new Conv(height, width, in, out, 2, 1, 1);
    }

    public int outHeight() {
        return height * upsample / stride;
    }

    public int outWidth() {
        return width * upsample / stride;
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

    /**
     * What the gradients of weights and bias are made of.
     *
     * @param dShift one row per sample, the sum of dy over its pixels, overwritten; may be null
     */
    public record Gradients(Tensor x, Tensor dy, @Nullable Tensor dShift) {}
}
