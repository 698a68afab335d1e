package io.bootdistill.internal.natives;

import static io.bootdistill.device.Shapes.requirePositive;
import static io.bootdistill.internal.natives.NativeContext.stride;

import io.bootdistill.device.Attention;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;

/** Attention. */
interface NativeAttention extends NativeContext {

    @Override
    default void attentionForward(
            int n, Attention attention, Tensor q, Tensor k, Tensor v, Slice mask, Tensor y, Slice logSumExp) {
        requirePositive("n", n);
        int channels = attention.channels();
        long queries = (long) n * attention.queries();
        long keys = (long) n * attention.keys();
        requireOk("attentionForward", BootNative.boot_attention_forward(
                context(), n, attention.queries(), attention.keys(), attention.heads(), attention.headSize(),
                address("q", q, queries, channels), stride(q),
                address("k", k, keys, channels), stride(k),
                address("v", v, keys, channels), stride(v),
                optional("mask", mask, keys),
                address("y", y, queries, channels), stride(y),
                address("logSumExp", logSumExp, (long) n * attention.statistics())));
    }

    @Override
    default void attentionBackward(
            int n, Attention attention, Tensor q, Tensor k, Tensor v, Slice mask, Tensor y, Slice logSumExp,
            Tensor dy, Tensor dq, Tensor dk, Tensor dv) {
        requirePositive("n", n);
        int channels = attention.channels();
        long queries = (long) n * attention.queries();
        long keys = (long) n * attention.keys();
        requireOk("attentionBackward", BootNative.boot_attention_backward(
                context(), n, attention.queries(), attention.keys(), attention.heads(), attention.headSize(),
                address("q", q, queries, channels), stride(q),
                address("k", k, keys, channels), stride(k),
                address("v", v, keys, channels), stride(v),
                optional("mask", mask, keys),
                address("y", y, queries, channels), stride(y),
                address("logSumExp", logSumExp, (long) n * attention.statistics()),
                address("dy", dy, queries, channels), stride(dy),
                address("dq", dq, queries, channels), stride(dq),
                address("dk", dk, keys, channels), stride(dk),
                address("dv", dv, keys, channels), stride(dv)));
    }

    @Override
    default void attentionTangent(
            int n, Attention attention, Tensor q, Tensor k, Tensor v, Slice mask, Tensor y, Slice logSumExp,
            Tensor qTangent, Tensor kTangent, Tensor vTangent, Tensor yTangent) {
        requirePositive("n", n);
        int channels = attention.channels();
        long queries = (long) n * attention.queries();
        long keys = (long) n * attention.keys();
        requireOk("attentionTangent", BootNative.boot_attention_tangent(
                context(), n, attention.queries(), attention.keys(), attention.heads(), attention.headSize(),
                address("q", q, queries, channels), stride(q),
                address("k", k, keys, channels), stride(k),
                address("v", v, keys, channels), stride(v),
                optional("mask", mask, keys),
                address("y", y, queries, channels), stride(y),
                address("logSumExp", logSumExp, (long) n * attention.statistics()),
                address("qTangent", qTangent, queries, channels), stride(qTangent),
                address("kTangent", kTangent, keys, channels), stride(kTangent),
                address("vTangent", vTangent, keys, channels), stride(vTangent),
                address("yTangent", yTangent, queries, channels), stride(yTangent)));
    }
}
