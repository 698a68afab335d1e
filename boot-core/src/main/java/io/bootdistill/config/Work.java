package io.bootdistill.config;

import io.bootdistill.internal.work.Checks;

/**
 * How the work of a step is divided.
 *
 * @param batch samples of a step, 1 … 65,536
 * @param block samples that one worker takes through the networks at once, 1 … 4,096: a matter of speed and memory, but part of
 *     the result's last bits; {@link #AUTOMATIC}: at most 16, as many as the network's size suggests
 * @param lanes gradient sums that workers fill independently, 1 … 256; costs a gradient buffer each, and is part of the result's
 *     last bits; {@link #AUTOMATIC}: at most 8, as many as the network's size suggests
 * @param workers threads, 1 … 65,536; a GPU takes one. Of the machine: never changes a result, and is not written
 */
public record Work(int batch, int block, int lanes, @OfMachine int workers) {

    /** A block, or lanes, that follow from the network that learns, and from nothing else. A run writes the number. */
    public static final int AUTOMATIC = 0;

    /** Checks the ranges. */
    public Work {
        Checks.range("batch", batch, 1, 1 << 16);
        Checks.range("block", block, AUTOMATIC, 4096);
        Checks.range("lanes", lanes, AUTOMATIC, 256);
        Checks.range("workers", workers, 1, 1 << 16);
    }

    /** Batches of 64, blocks and lanes by the network, a worker for each processor that the JVM sees. */
    public static Work defaults() {
        return new Work(64, AUTOMATIC, AUTOMATIC, Runtime.getRuntime().availableProcessors());
    }

    /** The same with another batch. */
    public Work withBatch(int batch) {
        return new Work(batch, block, lanes, workers);
    }

    /** The same with another block. */
    public Work withBlock(int block) {
        return new Work(batch, block, lanes, workers);
    }

    /** The same with other lanes. */
    public Work withLanes(int lanes) {
        return new Work(batch, block, lanes, workers);
    }

    /** The same, with another's block and lanes where they are left open here. */
    public Work decidedAs(Work other) {
        Checks.notNull("other", other);
        return new Work(batch, block == AUTOMATIC ? other.block : block, lanes == AUTOMATIC ? other.lanes : lanes, workers);
    }

    /** The same with other workers. */
    public Work withWorkers(int workers) {
        return new Work(batch, block, lanes, workers);
    }
}
