package io.bootdistill.internal.natives;

import static io.bootdistill.internal.device.Shapes.requirePositive;
import static io.bootdistill.internal.natives.NativeContext.stride;

import io.bootdistill.device.Tensor;

/** Gates, and sums over the rows of a sample. */
interface NativeRows extends NativeContext {

    @Override
    default void gateForward(int n, int pixels, Tensor x, Tensor gate, Tensor residual, Tensor y) {
        requirePositive("n", n);
        requirePositive("pixels", pixels);
        int channels = y.channels();
        long rows = (long) n * pixels;
        requireOk("gateForward", BootNative.boot_gate_forward(
                context(), n, pixels, channels,
                address("x", x, rows, channels), stride(x),
                address("gate", gate, n, channels), stride(gate),
                optional("residual", residual, rows, channels), stride(residual),
                address("y", y, rows, channels), stride(y)));
    }

    @Override
    default void gateBackward(
            int n, int pixels, Tensor x, Tensor gate, Tensor dy, Tensor base, Tensor dx, Tensor dGate) {
        requirePositive("n", n);
        requirePositive("pixels", pixels);
        int channels = dx.channels();
        long rows = (long) n * pixels;
        requireOk("gateBackward", BootNative.boot_gate_backward(
                context(), n, pixels, channels,
                address("x", x, rows, channels), stride(x),
                address("gate", gate, n, channels), stride(gate),
                address("dy", dy, rows, channels), stride(dy),
                optional("base", base, rows, channels), stride(base),
                address("dx", dx, rows, channels), stride(dx),
                address("dGate", dGate, n, channels), stride(dGate)));
    }

    @Override
    default void gateTangent(
            int n, int pixels, Tensor x, Tensor gate, Tensor xTangent, Tensor gateTangent, Tensor residualTangent,
            Tensor yTangent) {
        requirePositive("n", n);
        requirePositive("pixels", pixels);
        int channels = yTangent.channels();
        long rows = (long) n * pixels;
        requireOk("gateTangent", BootNative.boot_gate_tangent(
                context(), n, pixels, channels,
                address("x", x, rows, channels), stride(x),
                address("gate", gate, n, channels), stride(gate),
                address("xTangent", xTangent, rows, channels), stride(xTangent),
                address("gateTangent", gateTangent, n, channels), stride(gateTangent),
                optional("residualTangent", residualTangent, rows, channels), stride(residualTangent),
                address("yTangent", yTangent, rows, channels), stride(yTangent)));
    }

    @Override
    default void sumRowsForward(int n, int pixels, float factor, Tensor x, Tensor y) {
        requirePositive("n", n);
        requirePositive("pixels", pixels);
        int channels = y.channels();
        requireOk("sumRowsForward", BootNative.boot_sum_rows_forward(
                context(), n, pixels, channels, factor,
                address("x", x, (long) n * pixels, channels), stride(x),
                address("y", y, n, channels), stride(y)));
    }

    @Override
    default void sumRowsBackward(int n, int pixels, float factor, Tensor dy, Tensor base, Tensor dx) {
        requirePositive("n", n);
        requirePositive("pixels", pixels);
        int channels = dx.channels();
        long rows = (long) n * pixels;
        requireOk("sumRowsBackward", BootNative.boot_sum_rows_backward(
                context(), n, pixels, channels, factor,
                address("dy", dy, n, channels), stride(dy),
                optional("base", base, rows, channels), stride(base),
                address("dx", dx, rows, channels), stride(dx)));
    }
}
