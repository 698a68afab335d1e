package io.bootdistill.internal.natives;

import static io.bootdistill.device.Shapes.requirePositive;
import static io.bootdistill.internal.natives.NativeContext.stride;

import io.bootdistill.device.GroupNorm;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;

/** Group normalisation with its scale, shift and SiLU, and SiLU alone. */
interface NativeNormalisation extends NativeContext {

    @Override
    default void groupNormForward(
            int n, GroupNorm norm, Tensor x, Slice gamma, Slice beta, Tensor scale, Tensor shift, Slice statistics, Tensor y) {
        requirePositive("n", n);
        requireTogether("scale", scale, "shift", shift);
        int channels = norm.channels();
        long rows = (long) n * norm.pixels();
        requireOk("groupNormForward", BootNative.boot_group_norm_forward(
                context(), n, norm.pixels(), channels, norm.groups(), norm.epsilon(), norm.silu() ? 1 : 0,
                address("x", x, rows, channels), stride(x),
                address("gamma", gamma, channels), address("beta", beta, channels),
                optional("scale", scale, n, channels), stride(scale),
                optional("shift", shift, n, channels), stride(shift),
                address("statistics", statistics, (long) n * norm.statistics()),
                address("y", y, rows, channels), stride(y)));
    }

    @Override
    default void groupNormBackward(
            int n, GroupNorm norm, Tensor x, Slice gamma, Slice beta, Tensor scale, Tensor shift, Slice statistics,
            Tensor dy, Tensor base, Tensor dx, Slice dGamma, Slice dBeta, Tensor dScale, Tensor dShift, boolean accumulate) {
        requirePositive("n", n);
        requireTogether("scale", scale, "shift", shift);
        requireTogether("scale", scale, "dScale", dScale);
        requireTogether("scale", scale, "dShift", dShift);
        int channels = norm.channels();
        long rows = (long) n * norm.pixels();
        requireOk("groupNormBackward", BootNative.boot_group_norm_backward(
                context(), n, norm.pixels(), channels, norm.groups(), norm.epsilon(), norm.silu() ? 1 : 0,
                address("x", x, rows, channels), stride(x),
                address("gamma", gamma, channels), address("beta", beta, channels),
                optional("scale", scale, n, channels), stride(scale),
                optional("shift", shift, n, channels), stride(shift),
                address("statistics", statistics, (long) n * norm.statistics()),
                address("dy", dy, rows, channels), stride(dy),
                optional("base", base, rows, channels), stride(base),
                address("dx", dx, rows, channels), stride(dx),
                address("dGamma", dGamma, channels), address("dBeta", dBeta, channels),
                optional("dScale", dScale, n, channels), stride(dScale),
                optional("dShift", dShift, n, channels), stride(dShift),
                accumulate ? 1 : 0));
    }

    @Override
    default void groupNormTangent(
            int n, GroupNorm norm, Tensor x, Slice gamma, Slice beta, Tensor scale, Tensor shift, Slice statistics,
            Tensor xTangent, Tensor scaleTangent, Tensor shiftTangent, Tensor yTangent) {
        requirePositive("n", n);
        requireTogether("scale", scale, "shift", shift);
        requireTogether("scale", scale, "scaleTangent", scaleTangent);
        requireTogether("scale", scale, "shiftTangent", shiftTangent);
        int channels = norm.channels();
        long rows = (long) n * norm.pixels();
        requireOk("groupNormTangent", BootNative.boot_group_norm_tangent(
                context(), n, norm.pixels(), channels, norm.groups(), norm.epsilon(), norm.silu() ? 1 : 0,
                address("x", x, rows, channels), stride(x),
                address("gamma", gamma, channels), address("beta", beta, channels),
                optional("scale", scale, n, channels), stride(scale),
                optional("shift", shift, n, channels), stride(shift),
                address("statistics", statistics, (long) n * norm.statistics()),
                address("xTangent", xTangent, rows, channels), stride(xTangent),
                optional("scaleTangent", scaleTangent, n, channels), stride(scaleTangent),
                optional("shiftTangent", shiftTangent, n, channels), stride(shiftTangent),
                address("yTangent", yTangent, rows, channels), stride(yTangent)));
    }

    @Override
    default void siluForward(long rows, Tensor x, Tensor y) {
        requirePositive("rows", rows);
        int channels = y.channels();
        requireOk("siluForward", BootNative.boot_silu_forward(
                context(), rows, channels,
                address("x", x, rows, channels), stride(x),
                address("y", y, rows, channels), stride(y)));
    }

    @Override
    default void siluBackward(long rows, Tensor x, Tensor dy, Tensor base, Tensor dx) {
        requirePositive("rows", rows);
        int channels = dx.channels();
        requireOk("siluBackward", BootNative.boot_silu_backward(
                context(), rows, channels,
                address("x", x, rows, channels), stride(x),
                address("dy", dy, rows, channels), stride(dy),
                optional("base", base, rows, channels), stride(base),
                address("dx", dx, rows, channels), stride(dx)));
    }

    private static void requireTogether(String first, Tensor a, String second, Tensor b) {
        if ((a == null) != (b == null)) {
            throw new IllegalArgumentException(
                    (a == null ? second : first) + " is given without " + (a == null ? first : second));
        }
    }
}
