package io.bootdistill.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.Prediction;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the corrector draws. */
@Tag("fast")
public class CorrectorDrawsTest {

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    @Test
    void samplesAreDrawnAfreshAndSpread() {
        int samples = new Corrector(0.75, 0.5, 0.5, 3e-4).samples(PlaneRoom.BATCH);
        assertEquals(9, samples);
        try (PlaneRoom plane = new PlaneRoom(PlaneRoom.ring(new FlowSchedule()), PlaneRoom.network(device(), 3),
                        PlaneRoom.BATCH, 5, null);
                CorrectorDraws draws = new CorrectorDraws(plane.room, Prediction.SAMPLE, samples, 0.5, 50, 100)) {
            assertEquals(3, draws.blocks(), "as many as the batch has");
            CorrectorDraws.Part[] parts = draws.open();
            float[] seen = new float[0];
            for (long step = 60; step < 63; step++) {
                draws.draw(step, plane.kernels);
                for (CorrectorDraws.Part part : parts) {
                    assertEquals(3, part.samples());
                    float[] seeds = plane.room.values(part.seeds());
                    int from = seen.length;
                    seen = Arrays.copyOf(seen, from + seeds.length);
                    System.arraycopy(seeds, 0, seen, from, seeds.length);
                }
                double[] tau = parts[0].atTau().times();
                for (int i = 1; i < tau.length; i++) {
                    assertTrue(tau[i] > tau[i - 1], "strata");
                }
            }
            float[] all = seen;
            long different = IntStream.range(0, 27)
                    .mapToObj(i -> Arrays.toString(Arrays.copyOfRange(all, i * Philox.SEED_FLOATS, (i + 1) * Philox.SEED_FLOATS)))
                    .distinct().count();
            assertEquals(27, different);
        }
    }
}
