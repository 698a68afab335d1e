package io.bootdistill.internal.natives;

import static io.bootdistill.internal.device.Shapes.requirePositive;
import static io.bootdistill.internal.natives.NativeContext.stride;

import io.bootdistill.device.Conv;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.device.Weights;

/** The 3×3 convolution. */
interface NativeConvolution extends NativeContext {

    @Override
    default long preparedLength(Conv conv, boolean gradient) {
        return BootNative.boot_conv_prepared(
                context(), conv.height(), conv.width(), conv.in(), conv.out(), conv.upsample(), conv.stride(),
                conv.padding(), gradient ? 1 : 0);
    }

    @Override
    default void prepare(Conv conv, Weights weights, boolean gradient) {
        requireOk("prepare", BootNative.boot_conv_prepare(
                context(), conv.height(), conv.width(), conv.in(), conv.out(), conv.upsample(), conv.stride(),
                conv.padding(), gradient ? 1 : 0,
                address("weights", weights.values(), conv.weights()),
                toPrepare(weights, preparedLength(conv, gradient))));
    }

    @Override
    default boolean convolvesStrips() {
        return true;
    }

    @Override
    default void convForward(
            int n, Conv conv, Tensor x, Weights weights, Slice bias, Tensor shift, Tensor residual, Tensor y) {
        requirePositive("n", n);
        long rows = (long) n * conv.outPixels();
        requireOk("convForward", BootNative.boot_conv_forward(
                context(), n, conv.height(), conv.width(), conv.in(), conv.out(), conv.upsample(), conv.stride(), conv.padding(),
                address("x", x, (long) n * conv.pixels(), conv.in()), stride(x),
                address("weights", weights.values(), conv.weights()), prepared(weights, preparedLength(conv, false)),
                optional("bias", bias, conv.out()),
                optional("shift", shift, n, conv.out()), stride(shift),
                optional("residual", residual, rows, conv.out()), stride(residual),
                address("y", y, rows, conv.out()), stride(y)));
    }

    @Override
    default void convBackwardInput(int n, Conv conv, Tensor dy, Weights weights, Tensor base, Tensor dx) {
        requirePositive("n", n);
        long rows = (long) n * conv.pixels();
        requireOk("convBackwardInput", BootNative.boot_conv_backward_input(
                context(), n, conv.height(), conv.width(), conv.in(), conv.out(), conv.upsample(), conv.stride(), conv.padding(),
                address("dy", dy, (long) n * conv.outPixels(), conv.out()), stride(dy),
                address("weights", weights.values(), conv.weights()),
                prepared(weights, preparedLength(conv, true)),
                optional("base", base, rows, conv.in()), stride(base),
                address("dx", dx, rows, conv.in()), stride(dx)));
    }

    @Override
    default void convBackwardWeights(
            int n, Conv conv, Conv.Gradients operands, Slice dWeights, Slice dBias, boolean accumulate) {
        requirePositive("n", n);
        requireOk("convBackwardWeights", BootNative.boot_conv_backward_weights(
                context(), n, conv.height(), conv.width(), conv.in(), conv.out(), conv.upsample(), conv.stride(), conv.padding(),
                address("x", operands.x(), (long) n * conv.pixels(), conv.in()), stride(operands.x()),
                address("dy", operands.dy(), (long) n * conv.outPixels(), conv.out()), stride(operands.dy()),
                address("dWeights", dWeights, conv.weights()),
                address("dBias", dBias, conv.out()),
                optional("dShift", operands.dShift(), n, conv.out()), stride(operands.dShift()),
                accumulate ? 1 : 0));
    }
}
