package io.bootdistill.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bootdistill.MixtureTeacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.diffusion.SignalOde.Solver;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The share of the teacher's first prediction in a student with a hard boundary, k(t) = ((t − t_min)/(t_max − t_min))². */
@Tag("fast")
public class HardBoundaryTest {

    private static final int PIXEL = PlaneRoom.PIXEL;
    private static final double TOLERANCE = 2e-5;

    /** Steps t → s with k(t) and k(s), for t from 0 to 1. */
    private static final double[][] CASES = {
        {1, 0.5, 1, 0.25}, {0.9, 0.8, 0.81, 0.64}, {0.6, 0.5, 0.36, 0.25}, {0.5, 0.2, 0.25, 0.04}, {0.3, 0.1, 0.09, 0.01},
        {0.1, 0, 0.01, 0},
    };

    private final NoiseSchedule schedule = MixtureTeacher.cosine();

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    @Test
    void shareIsThePlaceSquared() {
        assertEquals(0, schedule.tMin());
        assertEquals(1, schedule.tMax());
        for (double[] c : CASES) {
            assertEquals(c[2], HardForm.share(schedule, c[0]), 1e-15);
            assertEquals(c[3], HardForm.share(schedule, c[1]), 1e-15);
        }
        try (DrawingRoom room = new DrawingRoom()) { // t_max is 0.75
            assertEquals(1, HardForm.share(room.schedule, 0.75));
            assertEquals(0.25, HardForm.share(room.schedule, 0.375), 1e-15);
            assertEquals(0.04, HardForm.share(room.schedule, 0.15), 1e-15);
        }
    }

    /** y_t = k f(ε, t_max) + (1 − k) ŷ, and so y_s in the loss. */
    @Test
    void signalsHaveThatShare() {
        int n = CASES.length;
        BootstrapLoss loss = new BootstrapLoss(BootstrapLoss.Weighting.FLAT, new Boundary.Hard());
        try (PlaneRoom plane = new PlaneRoom(PlaneRoom.ring(schedule), PlaneRoom.network(device(), 3), n, n, null)) {
            BootstrapDraws draws = new BootstrapDraws(
                    plane.room, PlaneRoom.steps(4), Solver.DDIM, Delta.fixed(0.1), TimeSampling.STRATIFIED, loss, 0);
            try (BootstrapLesson lesson = new BootstrapLesson(plane.room, PlaneRoom.steps(4), draws, Solver.DDIM)) {
                lesson.draw(0, plane.kernels);
                for (int i = 0; i < n; i++) {
                    draws.setBootstrap(i, CASES[i][0], CASES[i][1], 0.1);
                    draws.form().set(i, CASES[i][0], CASES[i][1]);
                }
                draws.table.upload(plane.kernels);
                plane.room.learn(lesson);
                check(plane, lesson);
            }
        }
    }

    private void check(PlaneRoom plane, BootstrapLesson lesson) {
        int n = CASES.length;
        float[] labels = lesson.blocks[0].atT().conditions();
        float[] noise = plane.noise(lesson.blocks[0].seeds(), n);
        float[] y = plane.values(plane.room.worker().y());
        float[] residuals = lesson.loss.download(plane.kernels);
        float[] atT = outputs(plane, noise, labels, 0);
        float[] atS = outputs(plane, noise, labels, 1);
        for (int i = 0; i < n; i++) {
            double[] c = CASES[i];
            SignalOde.Predictor f = plane.predictor(labels[i]);
            double[] atMax = f.predict(PlaneRoom.row(noise, i), 1);
            double[] signal = new double[PIXEL];
            for (int d = 0; d < PIXEL; d++) {
                signal[d] = c[2] * atMax[d] + (1 - c[2]) * atT[i * PIXEL + d];
                assertEquals(signal[d], y[i * PIXEL + d], TOLERANCE, "sample " + i + ", t = " + c[0]);
            }
            double[] stepped =
                    new SignalOde(schedule).step(Solver.DDIM, f, signal, PlaneRoom.row(noise, i), c[0], c[1]);
            double residual = 0;
            for (int d = 0; d < PIXEL; d++) {
                residual += Math.pow(c[3] * atMax[d] + (1 - c[3]) * atS[i * PIXEL + d] - stepped[d], 2) / PIXEL;
            }
            assertEquals(residual, residuals[i], TOLERANCE, "sample " + i + ", s = " + c[1]);
        }
    }

    /** The network's outputs at t or s, which are signals: the head is the identity. */
    private float[] outputs(PlaneRoom plane, float[] noise, float[] labels, int which) {
        float[] networkTimes = new float[CASES.length];
        for (int i = 0; i < networkTimes.length; i++) {
            networkTimes[i] = (float) schedule.networkTime(CASES[i][which]);
        }
        return plane.output(plane.student, noise, Arrays.copyOf(labels, CASES.length), Map.of("t", networkTimes));
    }
}
