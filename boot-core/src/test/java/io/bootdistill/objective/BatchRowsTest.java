package io.bootdistill.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** 26 samples that bootstrap and 6 of the boundary, in five blocks of at most 7. */
@Tag("fast")
class BatchRowsTest {

    @Test
    void blocksHoldTheSamples() {
        BatchRows batch = new BatchRows(32, 7, 6, 0);
        assertEquals(26, batch.bootstrapSamples);
        assertEquals(6, batch.boundarySamples);
        assertEquals(0, batch.restartSamples);
        assertEquals(5, batch.blocks.count());
        Set<Integer> rows = new HashSet<>();
        int bootstrap = 0;
        int boundary = 0;
        for (int block = 0; block < batch.blocks.count(); block++) {
            int first = batch.blocks.first(block);
            int n = batch.blocks.size(block);
            assertTrue(n == 6 || n == 7, "block " + block + " has " + n);
            for (int i = 0; i < n; i++) {
                boolean isBootstrap = i < batch.bootstrap(block);
                assertEquals(first + i, isBootstrap ? batch.bootstrapRow[bootstrap++] : batch.boundaryRow[boundary++]);
                rows.add(first + i);
            }
            int atBoundary = n - batch.bootstrap(block);
            assertTrue(atBoundary == 1 || atBoundary == 2, "block " + block + " has " + atBoundary + " of the boundary");
        }
        assertEquals(26, bootstrap);
        assertEquals(6, boundary);
        assertEquals(32, rows.size());
    }

    /** Half of the 26 restart: the first of each block. */
    @Test
    void restartedSamplesLeadTheBlocks() {
        BatchRows batch = new BatchRows(32, 7, 6, 0.5);
        assertEquals(13, batch.restartSamples);
        int seen = 0;
        for (int block = 0; block < batch.blocks.count(); block++) {
            int restarted = batch.restarted(block);
            assertTrue(restarted == 2 || restarted == 3, "block " + block + " has " + restarted);
            for (int i = 0; i < restarted; i++) {
                assertEquals(batch.blocks.first(block) + i, batch.bootstrapRow[13 + seen++], "restarted rows are listed last");
            }
        }
        assertEquals(13, seen);
    }

    @Test
    void someSamplesStartFromPureNoise() {
        assertEquals(1, new BatchRows(2, 2, 0, 0.9).restartSamples);
        assertEquals(1, new BatchRows(8, 8, 0, 0.01).restartSamples, "at least one restarts");
    }
}
