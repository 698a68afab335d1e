package io.bootdistill.device;

import java.util.Map;

/**
 * How closely a float32 device must follow the float64 reference.
 *
 * <p>A float32 sum of L terms of like size carries a random error near ½·ε·√L of its usual size, where ε = 2⁻²³, whatever the
 * order of its terms. {@link #K} = 4 leaves room for the largest of some 10⁵ values and for a second rounding step behind
 * the sum. So
 * <ul>
 *   <li>values: |a − r| ≤ K·ε·√L·(|r| + s) for each element, where s is the root mean square of the output (sums whose terms
 *       cancel have the error of their terms, not of their result), or what the case declares as cancelling, if larger;
 *   <li>gradients: ‖a − r‖ ≤ K·ε·√L·(‖r‖ + cancelling·√elements) for each tensor;
 *   <li>exact cases: the same bits.
 * </ul>
 * A device whose algorithm is less exact multiplies the bound by a factor that it has to justify.
 */
final class Agreement {

    static final double K = 4;
    static final double EPSILON = 0x1p-23;

    private Agreement() {}

    /** Compares all outputs of a case; fails with the place and the size of the worst excess. */
    static void require(OperationCase operation, Map<String, float[]> actual, Map<String, float[]> expected, double factor) {
        expected.forEach((output, reference) -> {
            String where = operation + ": " + output;
            for (int i = 0; i < reference.length; i++) {
                if (!Float.isFinite(reference[i])) {
                    throw new AssertionError(where + "[" + i + "] is " + reference[i] + " on the reference device");
                }
            }
            double bound = factor * K * EPSILON * Math.sqrt(operation.length());
            if (operation.isExact()) {
                requireSame(where, actual.get(output), reference);
            } else if (operation.forward() != null) {
                requireNorm(where, actual.get(output), reference, bound, operation.cancelling());
            } else {
                requireValues(where, actual.get(output), reference, bound, operation.cancelling());
            }
        });
    }

    /** The same bits in every element. */
    static void requireSame(String where, float[] actual, float[] expected) {
        for (int i = 0; i < expected.length; i++) {
            if (Float.floatToIntBits(actual[i]) != Float.floatToIntBits(expected[i])) {
                throw new AssertionError(where + "[" + i + "] is " + actual[i] + ", must be exactly " + expected[i]);
            }
        }
    }

    private static void requireValues(String where, float[] actual, float[] expected, double bound, double cancelling) {
        double scale = Math.max(norm(expected) / Math.sqrt(expected.length), cancelling);
        for (int i = 0; i < expected.length; i++) {
            double error = Math.abs((double) actual[i] - expected[i]);
            double allowed = bound * (Math.abs(expected[i]) + scale);
            if (!(error <= allowed)) {
                throw new AssertionError(where + "[" + i + "] is " + actual[i] + ", reference " + expected[i] + ": off by "
                        + error + ", allowed " + allowed);
            }
        }
    }

    private static void requireNorm(String where, float[] actual, float[] expected, double bound, double cancelling) {
        double squares = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = (double) actual[i] - expected[i];
            squares += difference * difference;
        }
        double allowed = bound * (norm(expected) + cancelling * Math.sqrt(expected.length));
        if (!(Math.sqrt(squares) <= allowed)) {
            throw new AssertionError(where + ": the norm of the difference is " + Math.sqrt(squares) + ", allowed "
                    + allowed + ", norm of the reference " + norm(expected));
        }
    }

    private static double norm(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }
}
