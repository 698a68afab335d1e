package io.bootdistill.objective;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bootdistill.MixtureTeacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.diffusion.SignalOde.Solver;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The hard boundary of a step that bootstraps, on an analytic teacher with labels: the share of its first prediction in the
 * student is k(t) = ((t − t_min)/(t_max − t_min))².
 */
@Tag("fast")
public class HardFormTest {

    private static final int BATCH = PlaneRoom.BATCH;
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
        assertEquals(0, HardForm.share(schedule, 0), "sampling is the network alone");
        try (DrawingRoom room = new DrawingRoom()) { // t_max is 0.75
            assertEquals(1, HardForm.share(room.schedule, 0.75));
            assertEquals(0.25, HardForm.share(room.schedule, 0.375), 1e-15);
            assertEquals(0.04, HardForm.share(room.schedule, 0.15), 1e-15);
        }
    }

    /** y_t = k f(ε, t_max) + (1 − k) ŷ, and so y_s in the loss; for the cases, then for what is drawn. */
    @Test
    void signalsHaveThatShare() {
        try (PlaneRoom plane =
                new PlaneRoom(PlaneRoom.ring(schedule), PlaneRoom.network(device(), 3), BATCH, BATCH, null)) {
            BootstrapDraws draws = new BootstrapDraws(plane.room, PlaneRoom.steps(4), Solver.DDIM,
                    new Delta(0.1, 0.02, DeltaSchedule.GEOMETRIC), TimeSampling.STRATIFIED,
                    new BootstrapLoss(BootstrapLoss.Weighting.FLAT, new Boundary.Hard()), 0);
            try (BootstrapLesson lesson = new BootstrapLesson(plane.room, PlaneRoom.steps(4), draws, Solver.DDIM)) {
                assertEquals(BATCH, lesson.blocks[0].bootstrap(), "no samples of a boundary loss");
                lesson.draw(0, plane.kernels);
                for (int i = 0; i < CASES.length; i++) {
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
        Block block = lesson.blocks[0];
        double[] t = block.atT().times();
        double[] s = block.atS().times();
        float[] labels = block.atT().conditions();
        float[] noise = plane.noise(block.seeds(), BATCH);
        float[] y = plane.values(plane.room.worker().y());
        float[] target = plane.values(plane.room.worker().target());
        float[] residuals = lesson.loss.download(plane.kernels);
        float[] atT = outputs(plane, noise, labels, t);
        float[] atS = outputs(plane, noise, labels, s);
        SignalOde ode = new SignalOde(schedule);
        for (int i = 0; i < BATCH; i++) {
            String sample = "sample " + i + ", t = " + t[i] + ", s = " + s[i];
            SignalOde.Predictor f = plane.predictor(labels[i]);
            double[] atMax = f.predict(PlaneRoom.row(noise, i), 1);
            if (t[i] == 1) {
                assertArrayEquals(atMax, PlaneRoom.row(y, i), "exact at t_max");
            }
            // x̂ = α y + σ ε with the whole signal: the DDIM target is a step of the teacher from there
            double[] stepped = ode.step(Solver.DDIM, f, PlaneRoom.row(y, i), PlaneRoom.row(noise, i), t[i], s[i]);
            double kt = HardForm.share(schedule, t[i]);
            double ks = HardForm.share(schedule, s[i]);
            double residual = 0;
            for (int d = 0; d < PlaneRoom.PIXEL; d++) {
                int at = i * PlaneRoom.PIXEL + d;
                assertEquals(kt * atMax[d] + (1 - kt) * atT[at], y[at], TOLERANCE, sample);
                assertEquals(stepped[d], target[at] + ks * atMax[d], TOLERANCE, sample);
                residual += Math.pow(ks * atMax[d] + (1 - ks) * atS[at] - stepped[d], 2) / PlaneRoom.PIXEL;
            }
            assertEquals(residual, residuals[i], TOLERANCE, sample);
        }
    }

    /** The network's outputs, which are signals: the head is the identity. */
    private float[] outputs(PlaneRoom plane, float[] noise, float[] labels, double[] times) {
        float[] networkTimes = new float[BATCH];
        for (int i = 0; i < BATCH; i++) {
            networkTimes[i] = (float) schedule.networkTime(times[i]);
        }
        return plane.output(plane.student, noise, labels, Map.of("t", networkTimes));
    }
}
