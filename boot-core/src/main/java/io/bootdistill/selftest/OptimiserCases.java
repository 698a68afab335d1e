package io.bootdistill.selftest;

import static io.bootdistill.selftest.Operand.Role.INPUT;
import static io.bootdistill.selftest.Operand.Role.UPDATED;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.Slice;
import io.bootdistill.internal.device.AdamStep;
import io.bootdistill.selftest.Operand.Values;
import java.util.ArrayList;
import java.util.List;

/** Cases of the optimiser. Outputs are updated in a range, and what lies outside of the range must stay. */
final class OptimiserCases {

    private static final Values POSITIVE = (seed, draw, i) -> Math.abs(Philox.normal(seed, draw, i));

    /** Trained parameters of the bundled teacher. */
    static final int PARAMETERS = 1_114_224;

    private OptimiserCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        for (int lanes : new int[] {1, 2, 3, 4, 5, 7, 8, 13}) {
            cases.add(sumLanes(lanes, lanes % 2 == 0, 1000 + lanes, 0, 1000 + lanes, false));
            cases.add(sumLanes(lanes, lanes % 2 == 1, 257, 5, 200, true));
        }
        cases.add(sumLanes(2, false, 1, 0, 1, false));
        cases.add(sumLanes(3, false, 7, 3, 3, false)); // an empty range
        int chunk = Kernels.NORM_CHUNK;
        cases.add(squaredNorm(1, 0, 1, false));
        for (int length : new int[] {13, chunk - 1, chunk, chunk + 1, 3 * chunk + 17}) {
            int chunks = (length + chunk - 1) / chunk;
            cases.add(squaredNorm(length, 0, chunks, length % 2 == 1));
        }
        cases.add(squaredNorm(4 * chunk, 1, 3, true));
        float[] limits = {0, 1, 1e6f, -1, 1e-3f};
        for (int i = 0; i < limits.length; i++) {
            cases.add(clip(1 + 6 * i, limits[i], i % 2 == 1));
        }
        for (int length : new int[] {1, 2, 7, 16, 17, 1000, chunk + 1}) {
            cases.add(adamW(length, 0, length, length % 2 == 0));
        }
        cases.add(adamW(300, 13, 250, true));
        cases.add(adamW(64, 16, 48, false));
        for (int length : new int[] {1, 2, 7, 16, 17, 1000, chunk + 1}) {
            cases.add(average(length, 0, length, 0.05f, length % 2 == 0));
        }
        cases.add(average(300, 13, 250, 1, true));
        cases.add(average(64, 16, 48, 1e-4f, false));
        cases.add(average(7, 3, 3, 0.5f, false)); // an empty range
        return cases;
    }

    /** The parameters of the bundled teacher in one piece, its gradient in eight lanes. */
    static List<OperationCase> network() {
        int chunks = (PARAMETERS + Kernels.NORM_CHUNK - 1) / Kernels.NORM_CHUNK;
        return List.of(
                sumLanes(8, true, PARAMETERS, 0, PARAMETERS, false),
                squaredNorm(PARAMETERS, 0, chunks, false),
                clip(chunks, 1, false),
                adamW(PARAMETERS, 0, PARAMETERS, false),
                average(PARAMETERS, 0, PARAMETERS, 1e-4f, false));
    }

    /**
     * The sum of lanes.
     *
     * @param inPlace whether the first lane is the sum
     */
    static OperationCase sumLanes(
            int lanes, boolean inPlace, int length, long from, long to, boolean strided) {
        String description = lanes + " lanes " + range(length, from, to) + (inPlace ? " in place" : "");
        OperationCase operation = OperationCase.of(Kernel.SUM_LANES, description, 1, strided);
        for (int lane = 0; lane < lanes; lane++) {
            operation.shared(lane == 0 && inPlace ? UPDATED : INPUT, lane(lane), length);
        }
        if (!inPlace) {
            operation.shared(UPDATED, "sum", length);
        }
        return operation.length(lanes).calls((k, o) -> {
            Slice[] slices = new Slice[lanes];
            for (int lane = 0; lane < lanes; lane++) {
                slices[lane] = o.slice(lane(lane));
            }
            k.sumLanes(slices, from, to, inPlace ? slices[0] : o.slice("sum"));
        });
    }

    private static String lane(int lane) {
        return "lanes[" + lane + "]";
    }

    /** Partial sums; their error is that of one rounding, since they are accumulated in float64. */
    static OperationCase squaredNorm(int length, long fromChunk, long toChunk, boolean strided) {
        return OperationCase.of(Kernel.SQUARED_NORM, range(length, fromChunk, toChunk), 1, strided)
                .shared(INPUT, "values", length)
                .shared(UPDATED, "partial", toChunk)
                .calls((k, o) -> k.squaredNorm(o.slice("values"), fromChunk, toChunk, o.slice("partial")));
    }

    /** The clip factor. */
    static OperationCase clip(int chunks, float maxNorm, boolean strided) {
        return OperationCase.of(Kernel.CLIP, chunks + " chunks limit " + maxNorm, 1, strided)
                .shared(INPUT, "partial", chunks, POSITIVE)
                .shared(UPDATED, "step", AdamStep.COUNT, (seed, draw, i) -> i == AdamStep.MAX_NORM ? maxNorm : 0.1f * i)
                .calls((k, o) -> k.clip(o.slice("partial"), chunks, o.slice("step")));
    }

    /** A step of AdamW, the third. */
    static OperationCase adamW(int length, long from, long to, boolean strided) {
        return OperationCase.of(Kernel.ADAM_W, range(length, from, to), 1, strided)
                .shared(INPUT, "step", AdamStep.COUNT, (seed, draw, i) -> step((int) i))
                .shared(INPUT, "gradient", length)
                .shared(UPDATED, "parameters", length)
                .shared(UPDATED, "m", length)
                .shared(UPDATED, "v", length, POSITIVE)
                .shared(UPDATED, "ema", length)
                .length(3)
                .calls((k, o) -> k.adamW(o.slice("step"), from, to, o.slice("gradient"), o.slice("parameters"),
                        o.slice("m"), o.slice("v"), o.slice("ema")));
    }

    /** A moving average. */
    static OperationCase average(int length, long from, long to, float rate, boolean strided) {
        return OperationCase.of(Kernel.AVERAGE, range(length, from, to) + " rate " + rate, 1, strided)
                .shared(INPUT, "source", length)
                .shared(UPDATED, "target", length)
                .length(2)
                .cancelling(1)
                .calls((k, o) -> k.average(from, to, o.slice("source"), rate, o.slice("target")));
    }

    private static float step(int index) {
        return switch (index) {
            case AdamStep.RATE -> 6e-3f;
            case AdamStep.DECAY -> 0.1f;
            case AdamStep.BETA1 -> 0.9f;
            case AdamStep.BETA2 -> 0.999f;
            case AdamStep.EPSILON -> 1e-8f;
            case AdamStep.CORRECTION1 -> (float) (1 / (1 - Math.pow(0.9, 3)));
            case AdamStep.CORRECTION2 -> (float) (1 / (1 - Math.pow(0.999, 3)));
            case AdamStep.CLIP -> 0.7f;
            case AdamStep.EMA_RATE -> 0.05f;
            default -> Float.NaN; // not read
        };
    }

    private static String range(int length, long from, long to) {
        return length + " [" + from + ", " + to + ")";
    }
}
