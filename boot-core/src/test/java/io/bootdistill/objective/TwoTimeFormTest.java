package io.bootdistill.objective;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.Golden;
import io.bootdistill.MixtureTeacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.Head;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.network.Model;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A step that bootstraps, of which some samples start from states of the student's own, against its definition in double. */
@Tag("fast")
public class TwoTimeFormTest {

    private static final int BATCH = PlaneRoom.BATCH;
    private static final int PIXEL = PlaneRoom.PIXEL;
    private static final double TOLERANCE = 5e-5;

    private final NoiseSchedule schedule = MixtureTeacher.cosine();
    private final SignalOde ode = new SignalOde(schedule);

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    /** One step of one block with a student of one prediction type, its values on the host. */
    private final class Step implements AutoCloseable {

        final Prediction prediction;
        final Model target = PlaneRoom.network(device(), 3, ScalarInputs.TARGET_TIME);
        final PlaneRoom plane = new PlaneRoom(
                PlaneRoom.ring(schedule), PlaneRoom.network(device(), 4, ScalarInputs.TARGET_TIME), BATCH, BATCH, null);
        final BootstrapDraws draws;
        final BootstrapLesson lesson;
        final Block block;

        Step(Prediction prediction) {
            this.prediction = prediction;
            plane.room.target = target;
            plane.room.studentOutput = prediction;
            plane.room.twoTimes = true;
            draws = new BootstrapDraws(plane.room, PlaneRoom.steps(4), Solver.HEUN,
                    new Delta(0.1, 0.02, DeltaSchedule.GEOMETRIC), TimeSampling.STRATIFIED,
                    new BootstrapLoss(BootstrapLoss.Weighting.FLAT, new Boundary.Atom(1.0 / 6)), 0.6);
            lesson = new BootstrapLesson(plane.room, PlaneRoom.steps(4), draws, Solver.HEUN);
            block = lesson.blocks[0];
            lesson.draw(0, plane.kernels);
        }

        double loss() {
            return plane.room.learn(lesson).total();
        }

        double[] noise(int row) {
            return row(plane.room.worker().noise(), row);
        }

        double[] y(int row) {
            return row(plane.room.worker().y(), row);
        }

        double[] input(int row) {
            return row(draws.form().input(plane.room.worker(), plane.room.worker().noise()), row);
        }

        private double[] row(Tensor tensor, int row) {
            return plane.row(tensor, row);
        }

        double residual(int row) {
            return lesson.loss.download(plane.kernels)[row];
        }

        double t(int row) {
            return block.atT().times()[row];
        }

        double s(int row) {
            return block.atS().times()[row];
        }

        /** u, from what the network is given. */
        double start(int row) {
            return schedule.tMax() * draws.form().start().get(row) / schedule.networkTime(schedule.tMax());
        }

        /** What a network's output at (x, t → s) means as a prediction of x₀ at t. */
        double[] prediction(Model model, double[] x, double t, double s, int row) {
            float[] output = plane.output(model, new float[] {(float) x[0], (float) x[1]},
                    new float[] {block.atT().conditions()[row]},
                    Map.of(ScalarInputs.TIME, new float[] {(float) schedule.networkTime(t)},
                            ScalarInputs.TARGET_TIME, new float[] {(float) schedule.networkTime(s)}));
            boolean start = t == schedule.tMax();
            Head head = Head.of(prediction, schedule);
            double alpha = schedule.alpha(t);
            double sigma = schedule.sigma(t);
            double a = start ? head.noiseFactor() : prediction.stateFactor(alpha, sigma);
            double b = start ? head.outputFactor() : prediction.outputFactor(alpha, sigma);
            return new double[] {a * x[0] + b * output[0], a * x[1] + b * output[1]};
        }

        /** ŷ(x_u, u → t), by the step of the Signal-ODE whose f is the student's. */
        double[] signal(Model model, double[] y, double[] noise, double u, double t, int row) {
            return ode.step(Solver.DDIM, (x, time) -> prediction(model, x, u, t, row), y, noise, u, t);
        }

        @Override
        public void close() {
            lesson.close();
            plane.close();
            target.close();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V", "SAMPLE"})
    void restartedSamplesBootstrapFromTheirOwnState(Prediction prediction) {
        try (Step step = new Step(prediction)) {
            step.loss();
            assertEquals(6, step.block.restarted());
            for (int i = 0; i < 6; i++) {
                double u = step.start(i);
                double t = step.t(i);
                double s = step.s(i);
                String where = prediction + ", sample " + i + ", " + u + " → " + t + " → " + s;
                double[] noise = step.noise(i);
                double[] own = step.prediction(step.target, noise, schedule.tMax(), u, i);
                assertArrayEquals(ode.state(own, noise, u), step.input(i), TOLERANCE, where);
                double[] signal = step.signal(step.target, own, noise, u, t, i);
                assertArrayEquals(signal, step.y(i), TOLERANCE, where);
                SignalOde.Predictor teacher = step.plane.predictor(step.block.atT().conditions()[i]);
                double[] stepped = ode.step(Solver.HEUN, teacher, signal, noise, t, s);
                double[] learnt = step.signal(step.plane.student, own, noise, u, s, i);
                double residual = 0;
                for (int d = 0; d < PIXEL; d++) {
                    residual += Math.pow(learnt[d] - stepped[d], 2) / PIXEL;
                }
                assertEquals(residual, step.residual(i), TOLERANCE * (1 + residual), where);
            }
        }
    }

    @Test
    void othersStartFromPureNoise() {
        try (Step step = new Step(Prediction.SAMPLE)) {
            step.loss();
            for (int i = 6; i < BATCH; i++) {
                assertEquals(schedule.tMax(), step.start(i), 1e-9);
                double[] noise = step.noise(i);
                assertArrayEquals(noise, step.input(i));
                if (i < step.block.bootstrap()) {
                    assertArrayEquals(
                            step.prediction(step.target, noise, schedule.tMax(), step.t(i), i), step.y(i), TOLERANCE);
                }
            }
        }
    }

    /** At t = u the signal is y_u, whatever the network says. */
    @Test
    void boundaryIsExactByConstruction() {
        try (Step step = new Step(Prediction.V)) {
            double u = 0.6;
            step.draws.twoTimes().setStart(0, u);
            step.draws.setBootstrap(0, u, u - 0.05, 0.05);
            step.draws.form().set(0, u, u - 0.05);
            step.draws.table.upload(step.plane.kernels);
            step.loss();
            double[] own = step.prediction(step.target, step.noise(0), schedule.tMax(), u, 0);
            assertArrayEquals(own, step.y(0), 1e-6);
            assertArrayEquals(ode.state(step.y(0), step.noise(0), u), step.input(0), 1e-6);
        }
    }

    /** The slope of the loss along its gradient, by a central difference; the targets are another model's and stay. */
    @ParameterizedTest
    @EnumSource(names = {"V", "SAMPLE"})
    void gradientIsThatOfTheLoss(Prediction prediction) {
        try (Step step = new Step(prediction)) {
            step.loss();
            float[] gradient = step.plane.room.gradient();
            double norm = Golden.norm(gradient);
            assertEquals(norm, step.plane.slope(gradient, 1e-3, step::loss), 0.01 * norm);
            assertTrue(norm > 0.1, "‖g‖ is " + norm);
        }
    }
}
