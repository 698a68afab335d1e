package io.bootdistill.internal.natives;

import static io.bootdistill.internal.device.Shapes.requirePositive;
import static io.bootdistill.internal.natives.NativeContext.stride;

import io.bootdistill.device.Linear;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.device.Weights;

/** Linear layers. */
interface NativeLinear extends NativeContext {

    @Override
    default long preparedLength(Linear linear, boolean gradient) {
        return BootNative.boot_linear_prepared(context(), linear.in(), linear.out(), gradient ? 1 : 0);
    }

    @Override
    default void prepare(Linear linear, Weights weights, boolean gradient) {
        requireOk("prepare", BootNative.boot_linear_prepare(
                context(), linear.in(), linear.out(), gradient ? 1 : 0,
                address("weights", weights.values(), linear.weights()),
                toPrepare(weights, preparedLength(linear, gradient))));
    }

    @Override
    default void linearForward(
            long rows, Linear linear, Tensor x, Weights weights, Slice bias, Tensor residual, Tensor y) {
        requirePositive("rows", rows);
        requireOk("linearForward", BootNative.boot_linear_forward(
                context(), rows, linear.in(), linear.out(),
                address("x", x, rows, linear.in()), stride(x),
                address("weights", weights.values(), linear.weights()), prepared(weights, preparedLength(linear, false)),
                optional("bias", bias, linear.out()),
                optional("residual", residual, rows, linear.out()), stride(residual),
                address("y", y, rows, linear.out()), stride(y)));
    }

    @Override
    default void linearBackwardInput(long rows, Linear linear, Tensor dy, Weights weights, Tensor base, Tensor dx) {
        requirePositive("rows", rows);
        requireOk("linearBackwardInput", BootNative.boot_linear_backward_input(
                context(), rows, linear.in(), linear.out(),
                address("dy", dy, rows, linear.out()), stride(dy),
                address("weights", weights.values(), linear.weights()), prepared(weights, preparedLength(linear, true)),
                optional("base", base, rows, linear.in()), stride(base),
                address("dx", dx, rows, linear.in()), stride(dx)));
    }

    @Override
    default void linearBackwardWeights(
            long rows, Linear linear, Tensor x, Tensor dy, Slice dWeights, Slice dBias, boolean accumulate) {
        requirePositive("rows", rows);
        requireOk("linearBackwardWeights", BootNative.boot_linear_backward_weights(
                context(), rows, linear.in(), linear.out(),
                address("x", x, rows, linear.in()), stride(x),
                address("dy", dy, rows, linear.out()), stride(dy),
                address("dWeights", dWeights, linear.weights()),
                optional("dBias", dBias, linear.out()),
                accumulate ? 1 : 0));
    }
}
