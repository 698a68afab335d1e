package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.internal.training.Trainer.Step;
import io.bootdistill.lesson.Losses;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Means and speeds of a run of 20 steps of 10 images. */
@Tag("fast")
class ProgressMeterTest {

    private static final long SECOND = 1_000_000_000L;

    private long now = 7 * SECOND;

    private ProgressMeter meter(long step) {
        return new ProgressMeter(20, 10, step, () -> now);
    }

    private static Step step(double value) {
        return new Step(new Losses(value, 2 * value, 3 * value, 6 * value), 4 * value, 5 * value);
    }

    @Test
    void meansSinceTheLastReport() {
        ProgressMeter meter = meter(3);
        meter.add(step(1));
        meter.add(step(4));
        now += 4 * SECOND;
        // 20 images in 4 s; 15 steps of 10 images are left
        assertEquals(new Progress(5, 20, 50, 2.5, 5, 7.5, 10, 20, 24, 5, 30), meter.take(5));
        meter.add(step(7)); // nothing is left of the steps before
        now += SECOND;
        assertEquals(new Progress(6, 20, 60, 7, 14, 21, 28, 35, 42, 10, 14), meter.take(6));
    }

    @Test
    void clockCountsTrainingAlone() {
        ProgressMeter meter = meter(0);
        meter.add(step(1));
        now += SECOND;
        assertEquals(10, meter.take(1).imagesPerSecond());
        now += 100 * SECOND; // an evaluation
        meter.restart();
        meter.add(step(1));
        now += 2 * SECOND;
        Progress progress = meter.take(2);
        assertEquals(5, progress.imagesPerSecond());
        assertEquals(18 * 10 / 5, progress.secondsLeft());
    }

    @Test
    void crossedOncePerInterval() {
        ProgressMeter meter = meter(0);
        assertFalse(meter.crossed(1, 20));
        assertTrue(meter.crossed(2, 20));
        assertFalse(meter.crossed(3, 20));
        // 25 is passed by the third step, 50 met by the fifth
        assertFalse(meter.crossed(2, 25));
        assertTrue(meter.crossed(3, 25));
        assertFalse(meter.crossed(4, 25));
        assertTrue(meter.crossed(5, 25));
        // an interval below a batch: at every step
        assertTrue(meter.crossed(1, 3));
        assertTrue(meter.crossed(2, 3));
    }
}
