package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The tolerances of the golden files. */
public final class Golden {

    private Golden() {}

    /** Values: within 1e-4·max|ref| + 1e-6, everywhere. Returns the share of the tolerance that was used. */
    public static double values(String name, float[] reference, float[] actual) {
        assertEquals(reference.length, actual.length, name + " length");
        double largest = 0;
        double worst = 0;
        for (int i = 0; i < reference.length; i++) {
            largest = Math.max(largest, Math.abs(reference[i]));
            double difference = Math.abs((double) reference[i] - actual[i]);
            worst = difference > worst || Double.isNaN(difference) ? difference : worst;
        }
        double tolerance = 1e-4 * largest + 1e-6;
        assertTrue(worst <= tolerance, name + ": differs by " + worst + ", allowed " + tolerance);
        return worst / tolerance;
    }

    /** A gradient: ‖g − ref‖ ≤ 1e-3·‖ref‖ + 1e-7·all, all being the norm of all gradients. */
    public static double gradient(String name, float[] reference, float[] actual, double all) {
        assertEquals(reference.length, actual.length, name + " length");
        double difference = 0;
        for (int i = 0; i < reference.length; i++) {
            difference += Math.pow((double) reference[i] - actual[i], 2);
        }
        double tolerance = 1e-3 * norm(reference) + 1e-7 * all;
        assertTrue(Math.sqrt(difference) <= tolerance,
                name + ": ‖g − ref‖ is " + Math.sqrt(difference) + ", allowed " + tolerance);
        return Math.sqrt(difference) / tolerance;
    }

    public static double norm(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }
}
