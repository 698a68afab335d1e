package io.bootdistill.selftest;

import io.bootdistill.device.Attention;
import io.bootdistill.device.Conv;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Linear;

/**
 * Floating-point operations of the operations that arithmetic bounds, by their definition: a multiplication with its addition
 * counts as two, additions of bias and the like are left out. An algorithm that needs fewer (Winograd's) seems the faster.
 */
final class Arithmetic {

    private Arithmetic() {}

    /** Any of the three passes of a convolution; zeros around the image count. */
    static double of(long n, Conv conv) {
        return 2.0 * n * conv.outPixels() * conv.weights();
    }

    /** Any of the three passes of a linear layer. */
    static double of(long rows, Linear linear) {
        return 2.0 * rows * linear.weights();
    }

    /** Two products forward; backward the scores again and four gradients; in forward mode the scores and two pairs. What causality excludes is no work. */
    static double of(long n, Attention attention, boolean derivative) {
        return (derivative ? 10.0 : 4.0) * n * attention.pairs() * attention.channels();
    }

    /** A call of any operation: 0 for those that memory bounds. */
    static double of(Kernel kernel, long n, Object shape) {
        if (shape instanceof Conv conv) {
            return of(n, conv);
        }
        if (shape instanceof Linear linear) {
            return of(n, linear);
        }
        return shape instanceof Attention attention ? of(n, attention, kernel != Kernel.ATTENTION_FORWARD) : 0;
    }
}
