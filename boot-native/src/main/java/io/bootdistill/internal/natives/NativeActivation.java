package io.bootdistill.internal.natives;

import static io.bootdistill.internal.device.Shapes.requirePositive;
import static io.bootdistill.internal.natives.NativeContext.stride;

import io.bootdistill.device.Activation;
import io.bootdistill.device.Tensor;

/** Activations, and GEGLU. */
interface NativeActivation extends NativeContext {

    @Override
    default void activationForward(long rows, Activation f, Tensor x, Tensor y) {
        requirePositive("rows", rows);
        int channels = y.channels();
        requireOk("activationForward", BootNative.boot_activation_forward(
                context(), rows, channels, f.ordinal(),
                address("x", x, rows, channels), stride(x),
                address("y", y, rows, channels), stride(y)));
    }

    @Override
    default void activationBackward(long rows, Activation f, Tensor x, Tensor dy, Tensor base, Tensor dx) {
        requirePositive("rows", rows);
        int channels = dx.channels();
        requireOk("activationBackward", BootNative.boot_activation_backward(
                context(), rows, channels, f.ordinal(),
                address("x", x, rows, channels), stride(x),
                address("dy", dy, rows, channels), stride(dy),
                optional("base", base, rows, channels), stride(base),
                address("dx", dx, rows, channels), stride(dx)));
    }

    @Override
    default void gegluForward(long rows, Tensor x, Tensor y) {
        requirePositive("rows", rows);
        int channels = y.channels();
        requireOk("gegluForward", BootNative.boot_geglu_forward(
                context(), rows, channels,
                address("x", x, rows, 2 * channels), stride(x),
                address("y", y, rows, channels), stride(y)));
    }

    @Override
    default void gegluBackward(long rows, Tensor x, Tensor dy, Tensor base, Tensor dx) {
        requirePositive("rows", rows);
        int channels = dy.channels();
        requireOk("gegluBackward", BootNative.boot_geglu_backward(
                context(), rows, channels,
                address("x", x, rows, 2 * channels), stride(x),
                address("dy", dy, rows, channels), stride(dy),
                optional("base", base, rows, 2 * channels), stride(base),
                address("dx", dx, rows, 2 * channels), stride(dx)));
    }

    @Override
    default void gegluTangent(long rows, Tensor x, Tensor xTangent, Tensor yTangent) {
        requirePositive("rows", rows);
        int channels = yTangent.channels();
        requireOk("gegluTangent", BootNative.boot_geglu_tangent(
                context(), rows, channels,
                address("x", x, rows, 2 * channels), stride(x),
                address("xTangent", xTangent, rows, 2 * channels), stride(xTangent),
                address("yTangent", yTangent, rows, channels), stride(yTangent)));
    }
}
