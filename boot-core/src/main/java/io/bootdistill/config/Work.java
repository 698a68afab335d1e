package io.bootdistill.config;

import io.bootdistill.internal.work.Checks;

/**
 * How the work of a step is divided.
 *
 * @param batch samples of a step, 1 … 65,536
 * @param block samples that one worker takes through the networks at once, 1 … 4,096: a matter of speed, but part of the
 *     result's last bits
 * @param lanes gradient sums that workers fill independently, 1 … 256; costs a gradient buffer each, and is part of the result's
 *     last bits
 * @param workers threads, 1 … 65,536; a GPU takes one. Of the machine: never changes a result, and is not written
 */
public record Work(int batch, int block, int lanes, @OfMachine int workers) {

    /** Checks the ranges. */
    public Work {
        Checks.range("batch", batch, 1, 1 << 16);
        Checks.range("block", block, 1, 4096);
        Checks.range("lanes", lanes, 1, 256);
        Checks.range("workers", workers, 1, 1 << 16);
    }

    /** Batches of 64 in blocks of 16, eight lanes, a worker for each processor that the JVM sees. */
    public static Work defaults() {
        return new Work(64, 16, 8, Runtime.getRuntime().availableProcessors());
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

    /** The same with other workers. */
    public Work withWorkers(int workers) {
        return new Work(batch, block, lanes, workers);
    }
}
