package io.bootdistill.lesson;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;

/**
 * Sums the gradient lanes of a step. By default those of this process alone; one from outside may add what other processes have
 * summed, as long as all get the same.
 */
@FunctionalInterface
public interface Reducer {

    /** The lanes of this process, by a fixed tree: the sum does not depend on who filled them. */
    Reducer LANES = new Reducer() {
        @Override
        public void sum(Kernels kernels, Slice[] lanes, long from, long to, Slice sum) {
            kernels.sumLanes(lanes, from, to, sum);
        }

        @Override
        public boolean staysOnDevice() {
            return true;
        }
    };

    /**
     * Writes the sum of the values [from, to). Called on several threads at once, each with other values and kernels of its own,
     * and for all values once a step, in pieces that are the same each time.
     *
     * @param lanes one of them may be {@code sum}
     */
    void sum(Kernels kernels, Slice[] lanes, long from, long to, Slice sum);

    /** Whether {@link #sum} only calls kernels, the same each time, and transfers nothing: then a step can be captured. */
    default boolean staysOnDevice() {
        return false;
    }
}
