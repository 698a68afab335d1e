package io.bootdistill.matching;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Philox;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.DiscreteSchedule;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.objective.PlaneRoom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the corrector draws: its samples, and noise levels τ of 0.02 to 0.95 of the way, one in each of as many strata. */
@Tag("fast")
public class CorrectorDrawsTest {

    private static final int SAMPLES = 9;
    private static final int FIRST = 50;
    private static final int STEPS = 400;
    private static final Corrector OPTIONS = new Corrector(0.75, (double) FIRST / (FIRST + STEPS), 0.5, 3e-4, 1);
    private static final double ROUNDING = 1e-12;

    /** Pure noise at the last index: t_min is 0, t_max 0.75. */
    private final NoiseSchedule schedule = new DiscreteSchedule(new double[] {0.99, 0.9, 0.6, 0.2, 0});

    private PlaneRoom plane;
    private CorrectorDraws draws;
    private CorrectorDraws.Part[] parts;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    @BeforeEach
    void open() {
        plane = new PlaneRoom(PlaneRoom.ring(schedule), PlaneRoom.network(device(), 3), PlaneRoom.BATCH, 5, null);
        draws = new CorrectorDraws(plane.room, Prediction.V, OPTIONS.correction(PlaneRoom.BATCH, FIRST + STEPS));
        parts = draws.open();
    }

    @AfterEach
    void close() {
        draws.close();
        plane.close();
    }

    @Test
    void samplesAreDrawnAfreshAndSpread() {
        assertEquals(SAMPLES, OPTIONS.samples(PlaneRoom.BATCH));
        assertEquals(3, parts.length, "as many blocks as the batch has");
        Set<String> different = new HashSet<>();
        for (int step = FIRST; step < FIRST + 3; step++) {
            draws.draw(step, plane.kernels);
            for (CorrectorDraws.Part part : parts) {
                assertEquals(3, part.samples());
                float[] seeds = plane.room.values(part.seeds());
                for (int at = 0; at < seeds.length; at += Philox.SEED_FLOATS) {
                    different.add(Arrays.toString(Arrays.copyOfRange(seeds, at, at + Philox.SEED_FLOATS)));
                }
            }
        }
        assertEquals(3 * SAMPLES, different.size());
    }

    @Test
    void timesAreStratifiedBetweenTheirBounds() {
        double stratum = 0.93 * 0.75 / SAMPLES;
        double sum = 0;
        double least = 1;
        double most = 0;
        for (int step = FIRST; step < FIRST + STEPS; step++) {
            draws.draw(step, plane.kernels);
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

    /** A student that denoises reads pure noise at t_max, where its prediction is as any other, also that of ε. */
    @Test
    void studentsThatDenoiseAreReadAtTheirStart() {
        NoiseSchedule scaled = new DiscreteSchedule(new double[] {0.99, 0.6, 0.04});
        for (Prediction prediction : Prediction.values()) {
            try (PlaneRoom denoiser = new PlaneRoom(
                    PlaneRoom.ring(scaled), PlaneRoom.network(device(), 3), PlaneRoom.BATCH, 5, null)) {
                denoiser.room.denoiser = true;
                denoiser.room.studentOutput = prediction;
                Corrector own = OPTIONS.withOnline(new OnlineSamples.Own(1, 0));
                Correction correction = own.correction(PlaneRoom.BATCH, 9);
                try (CorrectorDraws moved = new CorrectorDraws(denoiser.room, Prediction.V, correction);
                        OnlineDraws learnt = new OnlineDraws(denoiser.room, Prediction.V, correction)) {
                    CorrectorDraws.Part first = moved.open()[0];
                    OnlineDraws.Part other = learnt.open()[0];
                    moved.draw(FIRST, denoiser.kernels);
                    learnt.draw(FIRST, denoiser.kernels);
                    requireEnd(denoiser, prediction, first.atEnd().networkTime(), first.coefficients());
                    requireEnd(denoiser, prediction, other.atEnd().networkTime(), other.signal());
                }
            }
        }
    }

    /** α = 0.2 at the last of the times, 2. */
    private static void requireEnd(PlaneRoom room, Prediction prediction, Tensor times, Slice coefficients) {
        for (float time : room.values(times)) {
            assertEquals(2, time, 1e-6, "the network's time");
        }
        double alpha = 0.2;
        double sigma = Math.sqrt(1 - alpha * alpha);
        double[] head = switch (prediction) {
            case EPSILON -> new double[] {1 / alpha, -sigma / alpha};
            case V -> new double[] {alpha, -sigma};
            case SAMPLE -> new double[] {0, 1};
            case FLOW -> new double[] {1, -sigma};
        };
        float[] row = room.room.values(coefficients);
        assertEquals(head[0], row[SignalCoefficients.HEAD_NOISE], 1e-6 * (1 + Math.abs(head[0])), prediction + " of ε");
        assertEquals(head[1], row[SignalCoefficients.HEAD_OUTPUT], 1e-6 * (1 + Math.abs(head[1])), prediction + " of the output");
    }

    /** The networks are given the same times as a function. */
    @Test
    void networksAreGivenTheseTimes() {
        draws.draw(FIRST, plane.kernels);
        double[] tau = parts[0].atTau().times();
        int at = 0;
        for (CorrectorDraws.Part part : parts) {
            for (float time : plane.room.values(part.atTau().networkTime())) {
                assertEquals((float) schedule.networkTime(tau[at++]), time);
            }
            float[] ends = plane.room.values(part.atEnd().networkTime());
            assertArrayEquals(new float[part.samples()], ends, "the student is read at t_min");
        }
        assertEquals(SAMPLES, at);
    }
}
