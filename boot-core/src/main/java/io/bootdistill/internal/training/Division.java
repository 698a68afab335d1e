package io.bootdistill.internal.training;

import io.bootdistill.lesson.Blocks;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Plan;

/**
 * How a batch is divided where a configuration leaves it open: by the network that learns and by nothing else, so that a run has
 * the same bits wherever it goes. Small networks have what makes a step fast, large ones what fits beside their weights.
 */
public final class Division {

    private static final int MOST_BLOCK = 16;
    private static final int MOST_LANES = 8;

    /** The most that a worker's values and their gradients may take. */
    private static final long MOST_VALUE_BYTES = 1L << 30;

    /** The most that the gradient sums may take together. */
    private static final long MOST_LANE_BYTES = 3L << 30;

    private Division() {}

    /**
     * Samples of a block: 16, or the largest lower power of two whose values and gradients fit into 1 GiB; at least 1.
     *
     * @param given what is said; 0 where it is left open
     */
    public static int block(int given, Graph network) {
        if (given > 0) {
            return given;
        }
        int block = MOST_BLOCK;
        while (block > 1 && Plan.trainingBytes(network, block) > MOST_VALUE_BYTES) {
            block /= 2;
        }
        return block;
    }

    /**
     * Gradient sums: 8, or as many as fit into 3 GiB; at least 1.
     *
     * @param given what is said; 0 where it is left open
     */
    public static int lanes(int given, Graph network) {
        long fit = MOST_LANE_BYTES / (Float.BYTES * Math.max(1, network.layout().length()));
        return given > 0 ? given : (int) Math.max(1, Math.min(MOST_LANES, fit));
    }

    /** Lanes that a batch fills: as many as it has blocks, where these are less. */
    public static int filled(int batch, int block, int lanes) {
        return Math.min(lanes, Blocks.of(batch, block).count());
    }
}
