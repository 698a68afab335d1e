package io.bootdistill.objective;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bootdistill.MixtureTeacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.diffusion.SignalOde.Solver;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The hard boundary of a step that bootstraps, on an analytic teacher with labels. */
@Tag("fast")
public class HardFormTest {

    private static final int BATCH = PlaneRoom.BATCH;
    private static final double TOLERANCE = 2e-5;

    private final NoiseSchedule schedule = MixtureTeacher.cosine();

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    @Test
    void hardBoundaryIsTheTeacherAtTheNoisyEnd() {
        try (PlaneRoom plane =
                new PlaneRoom(PlaneRoom.ring(schedule), PlaneRoom.network(device(), 3), BATCH, BATCH, null)) {
            BootstrapDraws draws = new BootstrapDraws(plane.room, PlaneRoom.steps(4), Solver.DDIM,
                    new Delta(0.1, 0.02, DeltaSchedule.GEOMETRIC), TimeSampling.STRATIFIED,
                    new BootstrapLoss(BootstrapLoss.Weighting.FLAT, new Boundary.Hard()), 0);
            try (BootstrapLesson lesson = new BootstrapLesson(plane.room, PlaneRoom.steps(4), draws, Solver.DDIM)) {
                assertEquals(BATCH, lesson.blocks[0].bootstrap(), "no samples of a boundary loss");
                lesson.draw(0, plane.kernels);
                double middle = (schedule.tMax() + schedule.tMin()) / 2;
                set(draws, 0, schedule.tMax(), middle);
                set(draws, 1, middle, schedule.tMin());
                draws.table.upload(plane.kernels);
                plane.room.learn(lesson);
                check(plane, lesson);
            }
        }
        assertEquals(0, HardForm.share(schedule, schedule.tMin()), "sampling is the network alone");
    }

    private static void set(BootstrapDraws draws, int row, double t, double s) {
        draws.setBootstrap(row, t, s, 0.1);
        draws.form().set(row, t, s);
    }

    private void check(PlaneRoom plane, BootstrapLesson lesson) {
        Block block = lesson.blocks[0];
        double[] t = block.atT().times();
        double[] s = block.atS().times();
        float[] noise = plane.values(plane.room.worker().noise());
        float[] y = plane.values(plane.room.worker().y());
        float[] target = plane.values(plane.room.worker().target());
        float[] output = plane.values(plane.room.worker().student().y()); // the plain head is the identity
        float[] residuals = lesson.loss.download(plane.kernels);
        SignalOde ode = new SignalOde(schedule);
        for (int i = 0; i < BATCH; i++) {
            SignalOde.Predictor f = plane.predictor(block.atT().conditions()[i]);
            double[] atMax = f.predict(PlaneRoom.row(noise, i), schedule.tMax());
            if (i == 0) {
                assertArrayEquals(atMax, PlaneRoom.row(y, 0), "exact at t_max");
            }
            // x̂ = α y + σ ε with the whole signal: the DDIM target is a step of the teacher from there
            double k = HardForm.share(schedule, s[i]);
            double[] stepped = ode.step(Solver.DDIM, f, PlaneRoom.row(y, i), PlaneRoom.row(noise, i), t[i], s[i]);
            double residual = 0;
            for (int d = 0; d < PlaneRoom.PIXEL; d++) {
                int at = i * PlaneRoom.PIXEL + d;
                assertEquals(stepped[d], target[at] + k * atMax[d], TOLERANCE, "sample " + i);
                residual += Math.pow((1 - k) * output[at] + k * atMax[d] - stepped[d], 2) / PlaneRoom.PIXEL;
            }
            assertEquals(residual, residuals[i], TOLERANCE, "sample " + i);
        }
    }
}
