package io.bootdistill.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fast")
class DeltaTest {

    @Test
    void schedules() {
        assertEquals(0.2, new Delta(0.2, 0.05, DeltaSchedule.FIXED).over(0.7));
        for (DeltaSchedule schedule : new DeltaSchedule[] {DeltaSchedule.GEOMETRIC, DeltaSchedule.RELATIVE}) {
            assertEquals(0.2, new Delta(0.2, 0.05, schedule).over(0), 1e-15);
            assertEquals(0.1, new Delta(0.2, 0.05, schedule).over(0.5), 1e-15);
            assertEquals(0.05, new Delta(0.2, 0.05, schedule).over(1), 1e-15);
        }
        assertEquals(0.2, DeltaSchedule.GEOMETRIC.at(0.2, 0.3));
        assertEquals(0.06, DeltaSchedule.RELATIVE.at(0.2, 0.3), 1e-15, "in proportion to t");
        assertEquals(0.02, DeltaSchedule.RELATIVE.at(0.2, 0.01), 1e-15, "the floor");
    }

    @Test
    void fixed() {
        for (double progress : new double[] {0, 0.5, 1}) {
            assertEquals(0.05, Delta.fixed(0.05).over(progress));
        }
    }
}
