package io.bootdistill.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bootdistill.Golden;
import io.bootdistill.MixtureTeacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.diffusion.SignalOde.Solver;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A step that learns the derivative, on an analytic teacher with labels. */
@Tag("fast")
public class DerivativeLessonTest {

    private static final int BATCH = PlaneRoom.BATCH;
    private static final int PIXEL = PlaneRoom.PIXEL;
    private static final double TOLERANCE = 2e-5;
    private static final BootstrapLoss LOSS = new BootstrapLoss(BootstrapLoss.Weighting.FLAT, new Boundary.Atom(0));

    private final NoiseSchedule schedule = MixtureTeacher.cosine();

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private PlaneRoom room(int batch) {
        return new PlaneRoom(PlaneRoom.ring(schedule), PlaneRoom.network(device(), 3), batch, BATCH, null);
    }

    private static DerivativeDraws draws(PlaneRoom plane) {
        return new DerivativeDraws(plane.room, PlaneRoom.steps(4), TimeSampling.STRATIFIED, LOSS);
    }

    /** target = y + c (f − y) + (1 − c) dy/dt with c = λ'/(1 + λ'): the residual is (dy/dt + λ' (f − y))/(1 + λ'). */
    @Test
    void derivativeTargetIsTheOdesResidual() {
        try (PlaneRoom plane = room(BATCH)) {
            DerivativeDraws draws = draws(plane);
            try (DerivativeLesson lesson = new DerivativeLesson(plane.room, PlaneRoom.steps(4), draws)) {
                lesson.draw(0, plane.kernels);
                draws.setDerivative(0, schedule.tMin());
                draws.setDerivative(1, schedule.tMax());
                draws.table.upload(plane.kernels);
                plane.room.learn(lesson);
                check(plane, lesson.blocks[0]);
            }
        }
    }

    private void check(PlaneRoom plane, Block block) {
        float[] noise = plane.values(plane.room.worker().noise());
        float[] y = plane.values(plane.room.worker().y());
        float[] target = plane.values(plane.room.worker().target());
        double h = 0.125; // of the network's time; the error of the difference is about h⁴/30 = 1e-5
        float[] near = difference(plane, block, noise, h);
        float[] far = difference(plane, block, noise, 2 * h);
        for (int i = 0; i < BATCH; i++) {
            double t = block.atT().times()[i];
            double slope = schedule.lambdaDerivative(t);
            double[] f = plane.predictor(block.atT().conditions()[i]).predict(
                    new SignalOde(schedule).state(PlaneRoom.row(y, i), PlaneRoom.row(noise, i), t), t);
            for (int d = 0; d < PIXEL; d++) {
                int k = i * PIXEL + d;
                double derivative = (8 * near[k] - far[k]) / (12 * h) * schedule.networkTime(1);
                double residual = (derivative + slope * (f[d] - y[k])) / (1 + slope);
                assertEquals(y[k] + residual, target[k], 50 * TOLERANCE, "sample " + i + " at t = " + t);
            }
        }
    }

    /** What the student's signals gain while the network's time passes from h before to h after t; its head is the identity. */
    private static float[] difference(PlaneRoom plane, Block block, float[] noise, double h) {
        float[] at = plane.values(block.atT().networkTime());
        float[] before = new float[BATCH];
        float[] after = new float[BATCH];
        for (int i = 0; i < BATCH; i++) {
            before[i] = (float) (at[i] - h);
            after[i] = (float) (at[i] + h);
        }
        float[] labels = block.atT().conditions();
        float[] first = plane.output(plane.student, noise, labels, Map.of(ScalarInputs.TIME, before));
        float[] difference = plane.output(plane.student, noise, labels, Map.of(ScalarInputs.TIME, after));
        for (int i = 0; i < difference.length; i++) {
            difference[i] -= first[i];
        }
        return difference;
    }

    /** A short bootstrap step and the derivative pull the weights the same way. */
    @Test
    void derivativeIsTheLimitOfBootstrapping() {
        double t = 0.6;
        double delta = 1e-3;
        float[] limit;
        float[] shortStep;
        try (PlaneRoom plane = room(1)) {
            DerivativeDraws draws = draws(plane);
            try (DerivativeLesson lesson = new DerivativeLesson(plane.room, PlaneRoom.steps(4), draws)) {
                lesson.draw(0, plane.kernels);
                draws.setDerivative(0, t);
                draws.table.upload(plane.kernels);
                plane.room.learn(lesson);
                limit = plane.room.gradient();
            }
            BootstrapDraws steps = new BootstrapDraws(plane.room, PlaneRoom.steps(4), Solver.DDIM,
                    new Delta(0.1, 0.02, DeltaSchedule.GEOMETRIC), TimeSampling.STRATIFIED, LOSS, 0);
            try (BootstrapLesson lesson = new BootstrapLesson(plane.room, PlaneRoom.steps(4), steps, Solver.DDIM)) {
                lesson.draw(0, plane.kernels);
                steps.setBootstrap(0, t, t - delta, delta);
                steps.table.upload(plane.kernels);
                plane.room.learn(lesson);
                shortStep = plane.room.gradient();
            }
        }
        double product = 0;
        for (int i = 0; i < limit.length; i++) {
            product += (double) limit[i] * shortStep[i];
        }
        double scale = delta * (1 + schedule.lambdaDerivative(t));
        assertEquals(1, product / (Golden.norm(limit) * Golden.norm(shortStep)), 1e-3, "cosine");
        assertEquals(scale, Golden.norm(shortStep) / Golden.norm(limit), 0.05 * scale, "length");
    }
}
