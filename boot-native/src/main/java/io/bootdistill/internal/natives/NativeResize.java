package io.bootdistill.internal.natives;

import static io.bootdistill.internal.device.Shapes.smallRows;
import static io.bootdistill.internal.natives.NativeContext.stride;

import io.bootdistill.device.Tensor;

/** Doubling and halving of images. */
interface NativeResize extends NativeContext {

    @Override
    default void upsampleForward(int n, int height, int width, Tensor x, Tensor y) {
        long small = smallRows(n, height, width);
        int channels = y.channels();
        requireOk("upsampleForward", BootNative.boot_upsample_forward(
                context(), n, height, width, channels,
                address("x", x, small, channels), stride(x),
                address("y", y, 4 * small, channels), stride(y)));
    }

    @Override
    default void upsampleBackward(int n, int height, int width, Tensor dy, Tensor base, Tensor dx) {
        long small = smallRows(n, height, width);
        int channels = dx.channels();
        requireOk("upsampleBackward", BootNative.boot_upsample_backward(
                context(), n, height, width, channels,
                address("dy", dy, 4 * small, channels), stride(dy),
                optional("base", base, small, channels), stride(base),
                address("dx", dx, small, channels), stride(dx)));
    }

    @Override
    default void downsampleForward(int n, int height, int width, Tensor x, Tensor y) {
        long small = smallRows(n, height, width);
        int channels = y.channels();
        requireOk("downsampleForward", BootNative.boot_downsample_forward(
                context(), n, height, width, channels,
                address("x", x, 4 * small, channels), stride(x),
                address("y", y, small, channels), stride(y)));
    }

    @Override
    default void downsampleBackward(int n, int height, int width, Tensor dy, Tensor base, Tensor dx) {
        long small = smallRows(n, height, width);
        int channels = dx.channels();
        requireOk("downsampleBackward", BootNative.boot_downsample_backward(
                context(), n, height, width, channels,
                address("dy", dy, small, channels), stride(dy),
                optional("base", base, 4 * small, channels), stride(base),
                address("dx", dx, 4 * small, channels), stride(dx)));
    }
}
