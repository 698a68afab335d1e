package io.bootdistill.internal.sampling;

import io.bootdistill.device.Philox;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;

/** Checks and makes the inputs of sampling. */
public final class Samples {

    private Samples() {}

    /** Number of samples in a noise array, which must fit the shape and the conditions. */
    public static int count(ImageShape shape, float[] noise, ConditionShape condition, float[] conditions) {
        if (noise.length == 0 || noise.length % shape.size() != 0) {
            throw new IllegalArgumentException(
                    "noise has " + noise.length + " values, must be a multiple of " + shape.size() + " (" + shape + ")");
        }
        int n = noise.length / shape.size();
        int given = conditions == null ? 0 : conditions.length;
        if (given != n * condition.floats()) {
            throw new IllegalArgumentException("condition has " + given + " values, must be " + n + " × "
                    + condition.floats() + " for " + condition);
        }
        if (condition instanceof ConditionShape.Label label) {
            requireLabels(conditions, label.count());
        }
        return n;
    }

    static void requireLabels(float[] labels, int count) {
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] != Math.rint(labels[i]) || labels[i] < 0 || labels[i] >= count) {
                throw new IllegalArgumentException(
                        "label " + i + " is " + labels[i] + ", must be a whole number 0 … " + (count - 1));
            }
        }
    }

    /** Labels as the networks read them; null for null. */
    public static float[] conditions(int[] labels) {
        if (labels == null) {
            return null;
        }
        float[] conditions = new float[labels.length];
        for (int i = 0; i < labels.length; i++) {
            conditions[i] = labels[i];
        }
        return conditions;
    }

    /** Noise of one image per seed, [n][channels][height][width]. */
    public static float[] noise(ImageShape shape, long[] seeds) {
        float[] noise = new float[Math.multiplyExact(seeds.length, shape.size())];
        for (int k = 0; k < seeds.length; k++) {
            for (int i = 0; i < shape.size(); i++) {
                noise[k * shape.size() + i] = Philox.normal(seeds[k], 0, i);
            }
        }
        return noise;
    }
}
