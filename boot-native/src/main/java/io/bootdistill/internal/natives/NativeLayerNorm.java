package io.bootdistill.internal.natives;

import static io.bootdistill.internal.device.Shapes.requirePositive;
import static io.bootdistill.internal.natives.NativeContext.stride;

import io.bootdistill.device.LayerNorm;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;

/** Layer normalisation, modulated by the sample or not. */
interface NativeLayerNorm extends NativeContext {

    @Override
    default void layerNormForward(int n, LayerNorm norm, LayerNorm.Operands operands, Tensor y) {
        requirePositive("n", n);
        int channels = norm.channels();
        long rows = (long) n * norm.pixels();
        requireOk("layerNormForward", BootNative.boot_layer_norm_forward(
                context(), n, norm.pixels(), channels, norm.epsilon(),
                address("x", operands.x(), rows, channels), stride(operands.x()),
                optional("gamma", operands.gamma(), channels), optional("beta", operands.beta(), channels),
                optional("scale", operands.scale(), n, channels), stride(operands.scale()),
                optional("shift", operands.shift(), n, channels), stride(operands.shift()),
                address("statistics", operands.statistics(), 2 * rows),
                address("y", y, rows, channels), stride(y)));
    }

    @Override
    default void layerNormBackward(
            int n, LayerNorm norm, LayerNorm.Operands operands, LayerNorm.Gradients gradients, Slice dGamma, Slice dBeta,
            boolean accumulate) {
        requirePositive("n", n);
        gradients.requireOf(operands, dGamma, dBeta);
        int channels = norm.channels();
        long rows = (long) n * norm.pixels();
        optional("shift", operands.shift(), n, channels);
        requireOk("layerNormBackward", BootNative.boot_layer_norm_backward(
                context(), n, norm.pixels(), channels,
                address("x", operands.x(), rows, channels), stride(operands.x()),
                optional("gamma", operands.gamma(), channels), optional("beta", operands.beta(), channels),
                optional("scale", operands.scale(), n, channels), stride(operands.scale()),
                address("statistics", operands.statistics(), 2 * rows),
                address("dy", gradients.dy(), rows, channels), stride(gradients.dy()),
                optional("base", gradients.base(), rows, channels), stride(gradients.base()),
                optional("dx", gradients.dx(), rows, channels), stride(gradients.dx()),
                optional("dGamma", dGamma, channels), optional("dBeta", dBeta, channels),
                optional("dScale", gradients.dScale(), n, channels), stride(gradients.dScale()),
                optional("dShift", gradients.dShift(), n, channels), stride(gradients.dShift()),
                accumulate ? 1 : 0));
    }

    @Override
    default void layerNormTangent(int n, LayerNorm norm, LayerNorm.Operands operands, LayerNorm.Tangents tangents) {
        requirePositive("n", n);
        tangents.requireOf(operands);
        int channels = norm.channels();
        long rows = (long) n * norm.pixels();
        optional("shift", operands.shift(), n, channels);
        requireOk("layerNormTangent", BootNative.boot_layer_norm_tangent(
                context(), n, norm.pixels(), channels,
                address("x", operands.x(), rows, channels), stride(operands.x()),
                optional("gamma", operands.gamma(), channels), optional("beta", operands.beta(), channels),
                optional("scale", operands.scale(), n, channels), stride(operands.scale()),
                address("statistics", operands.statistics(), 2 * rows),
                address("xTangent", tangents.x(), rows, channels), stride(tangents.x()),
                optional("scaleTangent", tangents.scale(), n, channels), stride(tangents.scale()),
                optional("shiftTangent", tangents.shift(), n, channels), stride(tangents.shift()),
                address("yTangent", tangents.y(), rows, channels), stride(tangents.y())));
    }
}
