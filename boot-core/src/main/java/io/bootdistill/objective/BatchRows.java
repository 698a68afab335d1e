package io.bootdistill.objective;

import io.bootdistill.lesson.Blocks;

/**
 * Which rows of a batch are of the boundary, which bootstrap, and which of these restart. Each kind is spread evenly, so that
 * all blocks cost the same; within a block, rows that restart come first, those of the boundary last.
 */
final class BatchRows {

    final Blocks blocks;
    final int bootstrapSamples;
    final int boundarySamples;
    final int restartSamples;

    /** The row of each sample that bootstraps; those that restart come last. */
    final int[] bootstrapRow;

    /** The row of each sample of the boundary. */
    final int[] boundaryRow;

    /** @param restartShare of the samples that bootstrap */
    BatchRows(int batch, int block, int boundarySamples, double restartShare) {
        this.boundarySamples = boundarySamples;
        bootstrapSamples = batch - boundarySamples;
        restartSamples = restarts(bootstrapSamples, restartShare);
        blocks = Blocks.of(batch, block);
        bootstrapRow = new int[bootstrapSamples];
        boundaryRow = new int[boundarySamples];
        int plain = 0;
        int restarted = bootstrapSamples - restartSamples;
        for (int b = 0; b < blocks.count(); b++) {
            int row = blocks.first(b);
            for (int i = 0; i < bootstrap(b); i++) {
                bootstrapRow[i < restarted(b) ? restarted++ : plain++] = row++;
            }
            for (int i = boundaryBefore(blocks.first(b)); i < boundaryBefore(blocks.first(b + 1)); i++) {
                boundaryRow[i] = row++;
            }
        }
    }

    /** States are nothing without what pure noise teaches: some samples start from it. */
    private static int restarts(int samples, double share) {
        return share == 0 ? 0 : Math.max(1, Math.min(samples - 1, (int) Math.round(samples * share)));
    }

    /** Samples of a block that bootstrap. */
    int bootstrap(int block) {
        return bootstrapBefore(blocks.first(block + 1)) - bootstrapBefore(blocks.first(block));
    }

    /** The first of them, that restart. */
    int restarted(int block) {
        return restartsBefore(blocks.first(block + 1)) - restartsBefore(blocks.first(block));
    }

    /** The first of these, a share, that start from a state of the student's own. */
    int own(int block, double share) {
        return (int) Math.round(share * restarted(block));
    }

    private int restartsBefore(int row) {
        return (int) ((long) bootstrapBefore(row) * restartSamples / bootstrapSamples);
    }

    private int boundaryBefore(int row) {
        return (int) ((long) row * boundarySamples / blocks.rows());
    }

    private int bootstrapBefore(int row) {
        return row - boundaryBefore(row);
    }
}
