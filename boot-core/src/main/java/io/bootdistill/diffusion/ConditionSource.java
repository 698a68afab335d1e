package io.bootdistill.diffusion;

import io.bootdistill.device.Philox;
import io.bootdistill.network.ConditionShape;

/** Draws the conditions that a student is trained on: a pure function of the seed. Thread-safe. */
@FunctionalInterface
public interface ConditionSource {

    /** Writes the condition of one sample at [offset, offset + {@link ConditionShape#floats()}). */
    void draw(long seed, float[] target, int offset);

    /** Nothing to draw. */
    static ConditionSource none() {
        return (seed, target, offset) -> {};
    }

    /**
     * Labels, uniform over 0 … count − 1 without the null label; the null label with a probability of its own.
     *
     * @param nullLabel −1 where there is none; then the probability has no effect
     */
    static ConditionSource labels(int count, int nullLabel, double nullProbability) {
        boolean hasNull = nullLabel >= 0 && nullLabel < count;
        int real = hasNull ? count - 1 : count;
        return (seed, target, offset) -> {
            boolean drop = real == 0 || hasNull && Philox.uniform(seed, 0, 0) < nullProbability;
            int label = (int) (Philox.uniform(seed, 0, 1) * real);
            target[offset] = drop ? nullLabel : hasNull && label >= nullLabel ? label + 1 : label;
        };
    }
}
