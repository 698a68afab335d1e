package io.bootdistill.internal.natives;

import static io.bootdistill.internal.device.Shapes.requirePositive;
import static io.bootdistill.internal.natives.NativeContext.stride;

import io.bootdistill.device.Attention;

/** Attention. */
interface NativeAttention extends NativeContext {

    @Override
    default void attentionForward(int n, Attention attention, Attention.Operands operands) {
        requirePositive("n", n);
        int channels = attention.channels();
        long queries = (long) n * attention.queries();
        long keys = (long) n * attention.keys();
        requireOk("attentionForward", BootNative.boot_attention_forward(
                context(), n, attention.queries(), attention.keys(), attention.heads(), attention.headSize(),
                attention.causal() ? 1 : 0,
                address("q", operands.q(), queries, channels), stride(operands.q()),
                address("k", operands.k(), keys, channels), stride(operands.k()),
                address("v", operands.v(), keys, channels), stride(operands.v()),
                optional("mask", operands.mask(), keys),
                address("y", operands.y(), queries, channels), stride(operands.y()),
                address("logSumExp", operands.logSumExp(), (long) n * attention.statistics())));
    }

    @Override
    default void attentionBackward(
            int n, Attention attention, Attention.Operands operands, Attention.Gradients gradients) {
        requirePositive("n", n);
        int channels = attention.channels();
        long queries = (long) n * attention.queries();
        long keys = (long) n * attention.keys();
        requireOk("attentionBackward", BootNative.boot_attention_backward(
                context(), n, attention.queries(), attention.keys(), attention.heads(), attention.headSize(),
                attention.causal() ? 1 : 0,
                address("q", operands.q(), queries, channels), stride(operands.q()),
                address("k", operands.k(), keys, channels), stride(operands.k()),
                address("v", operands.v(), keys, channels), stride(operands.v()),
                optional("mask", operands.mask(), keys),
                address("y", operands.y(), queries, channels), stride(operands.y()),
                address("logSumExp", operands.logSumExp(), (long) n * attention.statistics()),
                address("dy", gradients.dy(), queries, channels), stride(gradients.dy()),
                address("dq", gradients.dq(), queries, channels), stride(gradients.dq()),
                address("dk", gradients.dk(), keys, channels), stride(gradients.dk()),
                address("dv", gradients.dv(), keys, channels), stride(gradients.dv())));
    }

    @Override
    default void attentionTangent(
            int n, Attention attention, Attention.Operands operands, Attention.Tangents tangents) {
        requirePositive("n", n);
        int channels = attention.channels();
        long queries = (long) n * attention.queries();
        long keys = (long) n * attention.keys();
        requireOk("attentionTangent", BootNative.boot_attention_tangent(
                context(), n, attention.queries(), attention.keys(), attention.heads(), attention.headSize(),
                attention.causal() ? 1 : 0,
                address("q", operands.q(), queries, channels), stride(operands.q()),
                address("k", operands.k(), keys, channels), stride(operands.k()),
                address("v", operands.v(), keys, channels), stride(operands.v()),
                optional("mask", operands.mask(), keys),
                address("y", operands.y(), queries, channels), stride(operands.y()),
                address("logSumExp", operands.logSumExp(), (long) n * attention.statistics()),
                address("qTangent", tangents.q(), queries, channels), stride(tangents.q()),
                address("kTangent", tangents.k(), keys, channels), stride(tangents.k()),
                address("vTangent", tangents.v(), keys, channels), stride(tangents.v()),
                address("yTangent", tangents.y(), queries, channels), stride(tangents.y())));
    }
}
