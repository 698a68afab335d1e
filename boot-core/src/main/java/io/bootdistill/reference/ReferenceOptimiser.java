package io.bootdistill.reference;

import static io.bootdistill.internal.device.Shapes.requirePositive;
import static io.bootdistill.internal.device.Shapes.requireRange;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.internal.device.AdamStep;

/** Reduction over lanes, gradient norm, and AdamW (Loshchilov and Hutter, 2019) with a moving average. */
interface ReferenceOptimiser extends Kernels {

    @Override
    default void sumLanes(Slice[] lanes, long from, long to, Slice sumSlice) {
        requireRange(from, to);
        if (lanes.length == 0) {
            throw new IllegalArgumentException("lanes is empty, must hold at least one slice");
        }
        Matrix[] values = new Matrix[lanes.length];
        for (int lane = 0; lane < lanes.length; lane++) {
            values[lane] = Matrix.of("lanes[" + lane + "]", lanes[lane], to, 1);
        }
        Matrix sum = Matrix.of("sum", sumSlice, to, 1);
        for (int i = (int) from; i < to; i++) {
            sum.set(i, 0, treeSum(values, 0, Integer.highestOneBit(2 * lanes.length - 1), i));
        }
    }

    /** The lanes [first, first + width), halved until one is left; {@code width} is a power of two. */
    private static double treeSum(Matrix[] lanes, int first, int width, int index) {
        if (width == 1) {
            return lanes[first].get(index, 0);
        }
        double left = treeSum(lanes, first, width / 2, index);
        int middle = first + width / 2;
        return middle < lanes.length ? left + treeSum(lanes, middle, width / 2, index) : left;
    }

    @Override
    default void squaredNorm(Slice valuesSlice, long fromChunk, long toChunk, Slice partialSlice) {
        requireRange(fromChunk, toChunk);
        if (toChunk > 0) {
            valuesSlice.require("values", (toChunk - 1) * NORM_CHUNK + 1);
        }
        Matrix values = Matrix.of("values", valuesSlice, valuesSlice.length(), 1);
        Matrix partial = Matrix.of("partial", partialSlice, toChunk, 1);
        for (int chunk = (int) fromChunk; chunk < toChunk; chunk++) {
            double sum = 0;
            for (int i = chunk * NORM_CHUNK; i < Math.min((chunk + 1L) * NORM_CHUNK, values.rows()); i++) {
                sum += values.get(i, 0) * values.get(i, 0);
            }
            partial.set(chunk, 0, sum);
        }
    }

    @Override
    default void clip(Slice partialSlice, long chunks, Slice stepSlice) {
        requirePositive("chunks", chunks);
        Matrix partial = Matrix.of("partial", partialSlice, chunks, 1);
        Matrix step = Matrix.of("step", stepSlice, 1, AdamStep.COUNT);
        double sum = 0;
        for (int chunk = 0; chunk < chunks; chunk++) {
            sum += partial.get(chunk, 0);
        }
        double norm = Math.sqrt(sum);
        double maxNorm = step.get(0, AdamStep.MAX_NORM);
        step.set(0, AdamStep.NORM, norm);
        step.set(0, AdamStep.CLIP, maxNorm > 0 ? Math.min(1, maxNorm / (norm + 1e-6)) : 1);
    }

    @Override
    default void adamW(
            Slice stepSlice, long from, long to, Slice gradientSlice, Slice parametersSlice, Slice mSlice, Slice vSlice,
            Slice emaSlice) {
        requireRange(from, to);
        Matrix step = Matrix.of("step", stepSlice, 1, AdamStep.COUNT);
        Matrix gradient = Matrix.of("gradient", gradientSlice, to, 1);
        Matrix parameters = Matrix.of("parameters", parametersSlice, to, 1);
        Matrix ms = Matrix.of("m", mSlice, to, 1);
        Matrix vs = Matrix.of("v", vSlice, to, 1);
        Matrix emas = Matrix.of("ema", emaSlice, to, 1);

        double rate = step.get(0, AdamStep.RATE);
        double decay = step.get(0, AdamStep.DECAY);
        double beta1 = step.get(0, AdamStep.BETA1);
        double beta2 = step.get(0, AdamStep.BETA2);
        double epsilon = step.get(0, AdamStep.EPSILON);
        double correction1 = step.get(0, AdamStep.CORRECTION1);
        double correction2 = step.get(0, AdamStep.CORRECTION2);
        double clip = step.get(0, AdamStep.CLIP);
        double emaRate = step.get(0, AdamStep.EMA_RATE);
        for (int i = (int) from; i < to; i++) {
            double g = gradient.get(i, 0) * clip;
            // float32 is what the state is on every device: each new value is rounded before it is used.
            double m = (float) (beta1 * ms.get(i, 0) + (1 - beta1) * g);
            double v = (float) (beta2 * vs.get(i, 0) + (1 - beta2) * g * g);
            double update = m * correction1 / (Math.sqrt(v * correction2) + epsilon);
            double theta = (float) (parameters.get(i, 0) * (1 - rate * decay) - rate * update);
            double ema = (float) (emas.get(i, 0) + emaRate * (theta - emas.get(i, 0)));
            ms.set(i, 0, m);
            vs.set(i, 0, v);
            parameters.set(i, 0, theta);
            emas.set(i, 0, ema);
        }
    }

    @Override
    default void average(long from, long to, Slice sourceSlice, float rate, Slice targetSlice) {
        requireRange(from, to);
        Matrix source = Matrix.of("source", sourceSlice, to, 1);
        Matrix target = Matrix.of("target", targetSlice, to, 1);
        for (int i = (int) from; i < to; i++) {
            target.set(i, 0, (float) (target.get(i, 0) + rate * (source.get(i, 0) - target.get(i, 0))));
        }
    }
}
