package io.bootdistill.internal.natives;

import static io.bootdistill.internal.device.Shapes.requirePositive;
import static io.bootdistill.internal.natives.NativeContext.stride;

import io.bootdistill.device.GroupNorm;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;

/** Group normalisation with its scale, shift and activation. */
interface NativeNormalisation extends NativeContext {

    @Override
    default void groupNormForward(int n, GroupNorm norm, GroupNorm.Operands operands, Tensor y) {
        requirePositive("n", n);
        int channels = norm.channels();
        long rows = (long) n * norm.pixels();
        requireOk("groupNormForward", BootNative.boot_group_norm_forward(
                context(), n, norm.pixels(), channels, norm.groups(), norm.epsilon(), norm.activation().ordinal(),
                address("x", operands.x(), rows, channels), stride(operands.x()),
                address("gamma", operands.gamma(), channels), address("beta", operands.beta(), channels),
                optional("scale", operands.scale(), n, channels), stride(operands.scale()),
                optional("shift", operands.shift(), n, channels), stride(operands.shift()),
                address("statistics", operands.statistics(), (long) n * norm.statistics()),
                address("y", y, rows, channels), stride(y)));
    }

    @Override
    default void groupNormBackward(
            int n, GroupNorm norm, GroupNorm.Operands operands, GroupNorm.Gradients gradients, Slice dGamma, Slice dBeta,
            boolean accumulate) {
        requirePositive("n", n);
        gradients.requireOf(operands);
        int channels = norm.channels();
        long rows = (long) n * norm.pixels();
        requireOk("groupNormBackward", BootNative.boot_group_norm_backward(
                context(), n, norm.pixels(), channels, norm.groups(), norm.epsilon(), norm.activation().ordinal(),
                address("x", operands.x(), rows, channels), stride(operands.x()),
                address("gamma", operands.gamma(), channels), address("beta", operands.beta(), channels),
                optional("scale", operands.scale(), n, channels), stride(operands.scale()),
                optional("shift", operands.shift(), n, channels), stride(operands.shift()),
                address("statistics", operands.statistics(), (long) n * norm.statistics()),
                address("dy", gradients.dy(), rows, channels), stride(gradients.dy()),
                optional("base", gradients.base(), rows, channels), stride(gradients.base()),
                address("dx", gradients.dx(), rows, channels), stride(gradients.dx()),
                address("dGamma", dGamma, channels), address("dBeta", dBeta, channels),
                optional("dScale", gradients.dScale(), n, channels), stride(gradients.dScale()),
                optional("dShift", gradients.dShift(), n, channels), stride(gradients.dShift()),
                accumulate ? 1 : 0));
    }

    @Override
    default void groupNormTangent(int n, GroupNorm norm, GroupNorm.Operands operands, GroupNorm.Tangents tangents) {
        requirePositive("n", n);
        tangents.requireOf(operands);
        int channels = norm.channels();
        long rows = (long) n * norm.pixels();
        requireOk("groupNormTangent", BootNative.boot_group_norm_tangent(
                context(), n, norm.pixels(), channels, norm.groups(), norm.epsilon(), norm.activation().ordinal(),
                address("x", operands.x(), rows, channels), stride(operands.x()),
                address("gamma", operands.gamma(), channels), address("beta", operands.beta(), channels),
                optional("scale", operands.scale(), n, channels), stride(operands.scale()),
                optional("shift", operands.shift(), n, channels), stride(operands.shift()),
                address("statistics", operands.statistics(), (long) n * norm.statistics()),
                address("xTangent", tangents.x(), rows, channels), stride(tangents.x()),
                optional("scaleTangent", tangents.scale(), n, channels), stride(tangents.scale()),
                optional("shiftTangent", tangents.shift(), n, channels), stride(tangents.shift()),
                address("yTangent", tangents.y(), rows, channels), stride(tangents.y())));
    }
}
