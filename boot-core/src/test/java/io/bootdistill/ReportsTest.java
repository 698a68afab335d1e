package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.DistillationListener.Progress;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.internal.training.Step;
import org.junit.jupiter.api.Test;

class ReportsTest {

    private static final long SECOND = 1_000_000_000L;

    private final DistillationConfig config = DistillationConfig.builder().batch(10).images(200).build();
    private long now = 7 * SECOND;

    private static Step step(double value) {
        return new Step(value, 2 * value, 3 * value, 4 * value, 5 * value, 6 * value);
    }

    @Test
    void meansSinceTheLastReport() {
        Reports reports = new Reports(config, 3, () -> now);
        reports.add(step(1));
        reports.add(step(4));
        now += 4 * SECOND;
        // 20 images in 4 s; 15 steps of 10 images are left
        assertEquals(new Progress(5, 20, 50, 2.5, 5, 7.5, 10, 20, 24, 5, 30), reports.take(5));
        reports.add(step(7)); // nothing is left of the steps before
        now += SECOND;
        assertEquals(new Progress(6, 20, 60, 7, 14, 21, 28, 35, 42, 10, 14), reports.take(6));
    }

    @Test
    void clockCountsTrainingAlone() {
        Reports reports = new Reports(config, 0, () -> now);
        reports.add(step(1));
        now += SECOND;
        assertEquals(10, reports.take(1).imagesPerSecond());
        now += 100 * SECOND; // an evaluation
        reports.restart();
        reports.add(step(1));
        now += 2 * SECOND;
        Progress progress = reports.take(2);
        assertEquals(5, progress.imagesPerSecond());
        assertEquals(18 * 10 / 5, progress.secondsLeft());
    }

    @Test
    void crossedOncePerInterval() {
        Reports reports = new Reports(config, 0);
        assertFalse(reports.crossed(1, 20));
        assertTrue(reports.crossed(2, 20));
        assertFalse(reports.crossed(3, 20));
        // 25 is passed by the third step, 50 met by the fifth
        assertFalse(reports.crossed(2, 25));
        assertTrue(reports.crossed(3, 25));
        assertFalse(reports.crossed(4, 25));
        assertTrue(reports.crossed(5, 25));
        // an interval below a batch: at every step
        assertTrue(reports.crossed(1, 3));
        assertTrue(reports.crossed(2, 3));
    }
}
