package io.bootdistill.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.diffusion.Prediction;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The noise levels τ at which the corrector looks at samples: 0.02 to 0.95 of the way, one in each of as many strata. */
@Tag("fast")
class CorrectorTimesTest {

    private static final int SAMPLES = 8;
    private static final int STEPS = 400;
    private static final double ROUNDING = 1e-12;

    @Test
    void timesAreStratifiedBetweenTheirBounds() {
        try (DrawingRoom room = new DrawingRoom(); // t_min is 0, t_max 0.75
                CorrectorDraws draws = new CorrectorDraws(room.room, Prediction.V, SAMPLES, 10, 50, 50 + STEPS)) {
            CorrectorDraws.Part[] parts = draws.open();
            double stratum = 0.93 * 0.75 / SAMPLES;
            double sum = 0;
            double least = 1;
            double most = 0;
            for (int step = 0; step < STEPS; step++) {
                draws.draw(50 + step, room.kernels());
                double[] tau = parts[0].atTau().times();
                assertEquals(SAMPLES, tau.length);
                for (int i = 0; i < SAMPLES; i++) {
                    double place = (tau[i] - 0.02 * 0.75) / stratum - i;
                    assertTrue(place >= -ROUNDING && place < 1 + ROUNDING, "step " + step + ": τ = " + tau[i]);
                    sum += place;
                }
                least = Math.min(least, tau[0]);
                most = Math.max(most, tau[SAMPLES - 1]);
            }
            int count = STEPS * SAMPLES;
            assertEquals(0.5, sum / count, 4 * Math.sqrt(1 / 12.0 / count), "uniform: four standard deviations");
            assertEquals(0.02 * 0.75, least, 0.02 * stratum, "the bounds are reached");
            assertEquals(0.95 * 0.75, most, 0.02 * stratum);
        }
    }

    /** The networks are given the same times as a function. */
    @Test
    void networksAreGivenTheseTimes() {
        try (DrawingRoom room = new DrawingRoom();
                CorrectorDraws draws = new CorrectorDraws(room.room, Prediction.V, SAMPLES, 10, 0, STEPS)) {
            CorrectorDraws.Part[] parts = draws.open();
            draws.draw(3, room.kernels());
            double[] tau = parts[0].atTau().times();
            int at = 0;
            for (CorrectorDraws.Part part : parts) {
                for (float time : room.room.values(part.atTau().networkTime())) {
                    assertEquals((float) room.schedule.networkTime(tau[at++]), time);
                }
                float[] ends = room.room.values(part.atEnd().networkTime());
                assertTrue(Arrays.equals(new float[part.samples()], ends), "the student is read at t_min");
            }
            assertEquals(SAMPLES, at);
        }
    }
}
