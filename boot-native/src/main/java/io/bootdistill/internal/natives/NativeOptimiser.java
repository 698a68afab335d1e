package io.bootdistill.internal.natives;

import static io.bootdistill.internal.device.Shapes.requirePositive;
import static io.bootdistill.internal.device.Shapes.requireRange;

import io.bootdistill.device.Slice;
import io.bootdistill.internal.device.AdamStep;

/** Reduction over lanes, gradient norm, and AdamW with a moving average. */
interface NativeOptimiser extends NativeContext {

    /** An array of at least that length, kept from call to call. */
    long[] addresses(int count);

    @Override
    default void sumLanes(Slice[] lanes, long from, long to, Slice sum) {
        requireRange(from, to);
        requirePositive("lanes.length", lanes.length);
        long[] addresses = addresses(lanes.length);
        for (int lane = 0; lane < lanes.length; lane++) {
            addresses[lane] = address("lanes", lanes[lane], to);
        }
        requireOk("sumLanes", BootNative.boot_sum_lanes(
                context(), addresses, lanes.length, from, to, address("sum", sum, to)));
    }

    @Override
    default void squaredNorm(Slice values, long fromChunk, long toChunk, Slice partial) {
        requireRange(fromChunk, toChunk);
        requireOk("squaredNorm", BootNative.boot_squared_norm(
                context(), address("values", values, toChunk == 0 ? 0 : (toChunk - 1) * NORM_CHUNK + 1), values.length(),
                fromChunk, toChunk, address("partial", partial, toChunk)));
    }

    @Override
    default void clip(Slice partial, long chunks, Slice step) {
        requirePositive("chunks", chunks);
        requireOk("clip", BootNative.boot_clip(
                context(), address("partial", partial, chunks), chunks, address("step", step, AdamStep.COUNT)));
    }

    @Override
    default void adamW(Slice step, long from, long to, Slice gradient, Slice parameters, Slice m, Slice v, Slice ema) {
        requireRange(from, to);
        requireOk("adamW", BootNative.boot_adam_w(
                context(), address("step", step, AdamStep.COUNT), from, to,
                address("gradient", gradient, to), address("parameters", parameters, to),
                address("m", m, to), address("v", v, to), address("ema", ema, to)));
    }

    @Override
    default void average(long from, long to, Slice source, float rate, Slice target) {
        requireRange(from, to);
        requireOk("average", BootNative.boot_average(
                context(), from, to, address("source", source, to), rate, address("target", target, to)));
    }
}
