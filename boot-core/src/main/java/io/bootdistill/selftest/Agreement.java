package io.bootdistill.selftest;

import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How closely a device follows another one in one case, and how closely it must.
 *
 * <p>A float32 sum of L terms of like size carries a random error near ½·ε·√L of its usual size, where ε = 2⁻²³, whatever the
 * order of its terms. {@link #K} = 4 leaves room for the largest of some 10⁵ values and for a second rounding step behind
 * the sum. So
 * <ul>
 *   <li>values: |a − r| ≤ K·ε·√L·(|r| + s) for each element, where s is the root mean square of the output (sums whose terms
 *       cancel have the error of their terms, not of their result), or what the case declares as cancelling, if larger;
 *   <li>gradients and tangents: ‖a − r‖ ≤ K·ε·√L·(‖r‖ + cancelling·√elements) for each tensor;
 *   <li>exact cases: the same bits.
 * </ul>
 * A device whose algorithm is less exact has a factor on the bound: {@link io.bootdistill.device.Device#errorFactor}.
 *
 * @param error the worst error of an output: |a − r|/(|r| + s), or ‖a − r‖/(‖r‖ + …); NaN where a value is no number
 * @param allowed the bound of it: K·ε·√L times the factor; 0 for an exact case
 * @param disagreement the place and the size of the worst excess; null where there is none
 */
record Agreement(double error, double allowed, @Nullable String disagreement) {

    static final double K = 4;
    static final double EPSILON = 0x1p-23;

    /** The worst place of an output. */
    private record Worst(double error, String place) {

        Worst or(Worst other) {
            return error >= other.error || Double.isNaN(error) ? this : other;
        }
    }

    /** Compares all outputs of a case, by name. */
    static Agreement of(OperationCase operation, Map<String, float[]> actual, Map<String, float[]> expected, double factor) {
        double allowed = operation.isExact() ? 0 : factor * K * EPSILON * Math.sqrt(operation.length());
        Worst worst = expected.entrySet().stream()
                .map(output -> worst(operation, output.getKey(), actual.get(output.getKey()), output.getValue()))
                .reduce(new Worst(0, ""), Worst::or);
        boolean agrees = worst.error <= allowed;
        return new Agreement(worst.error, allowed,
                agrees ? null : worst.place + ": relative error " + worst.error + ", allowed " + allowed);
    }

    private static Worst worst(OperationCase operation, String output, float[] actual, float[] expected) {
        for (int i = 0; i < expected.length; i++) {
            if (!Float.isFinite(expected[i])) {
                return new Worst(Double.NaN, output + "[" + i + "] must be " + expected[i]);
            }
        }
        if (operation.isExact()) {
            int i = Arrays.mismatch(actual, expected);
            return i < 0 ? new Worst(0, output) : new Worst(Double.POSITIVE_INFINITY, place(output, i, actual, expected));
        }
        return operation.forward != null
                ? worstNorm(output, actual, expected, operation.cancelling())
                : worstValue(output, actual, expected, operation.cancelling());
    }

    private static Worst worstValue(String output, float[] actual, float[] expected, double cancelling) {
        double scale = Math.max(norm(expected) / Math.sqrt(expected.length), cancelling);
        int worst = 0;
        double largest = 0;
        for (int i = 0; i < expected.length && !Double.isNaN(largest); i++) {
            double error = relative(Math.abs((double) actual[i] - expected[i]), Math.abs(expected[i]) + scale);
            if (!(error <= largest)) {
                largest = error;
                worst = i;
            }
        }
        return new Worst(largest, place(output, worst, actual, expected));
    }

    private static Worst worstNorm(String output, float[] actual, float[] expected, double cancelling) {
        double squares = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = (double) actual[i] - expected[i];
            squares += difference * difference;
        }
        double difference = Math.sqrt(squares);
        double size = norm(expected);
        return new Worst(relative(difference, size + cancelling * Math.sqrt(expected.length)),
                "the norm of the error of " + output + " is " + difference + ", its own norm " + size);
    }

    /** No error of nothing is none. */
    private static double relative(double error, double size) {
        return error == 0 ? 0 : error / size;
    }

    private static String place(String output, int i, float[] actual, float[] expected) {
        return output + "[" + i + "] is " + actual[i] + ", must be " + expected[i];
    }

    private static double norm(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }
}
