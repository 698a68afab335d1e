package io.bootdistill.internal.distillation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.Golden;
import io.bootdistill.MixtureTeacher;
import io.bootdistill.Resolved;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.internal.sampling.Head;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Mlp;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A training step of which some samples start from states of the student's own, against its definition in double. */
public class RestartsTest {

    private static final int BATCH = 12;
    private static final int PIXEL = 2;
    private static final double TOLERANCE = 5e-5;

    private final NoiseSchedule schedule = MixtureTeacher.cosine();
    private final SignalOde ode = new SignalOde(schedule);
    private final MixtureTeacher teacher = new MixtureTeacher(schedule, MixtureTeacher.ring(3, 1.0), 0.4, true);

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private static DistillationConfig config() {
        return DistillationConfig.builder().trajectoryShare(0).correctorShare(0).residualPower(0)
                .batch(BATCH).block(BATCH).images(BATCH * 4).seed(6).deltaStart(0.1).workers(1)
                .solver(Solver.HEUN).boundaryShare(1.0 / 6).restartShare(0.6).build();
    }

    /** One step of one block with a student of one prediction type, its values on the host. */
    private final class Step implements AutoCloseable {

        final Prediction prediction;
        final Model target = model(3);
        final Model student = model(4);
        final Batch batch;
        final BatchMemory memory;
        final BlockWorker worker;
        final Gradients gradients;
        final float[] residual = new float[BATCH];

        Step(Prediction prediction) {
            this.prediction = prediction;
            DistillationConfig config = config();
            batch = new Batch(config, schedule, Prediction.SAMPLE, prediction, 0, ConditionSource.labels(4, 3, 0.2),
                    teacher.condition(), teacher.shape().size());
            memory = new BatchMemory(batch, device());
            worker = new BlockWorker(config, Resolved.of(teacher), target, student, null, null, null);
            gradients = new Gradients(student);
            batch.draw(0);
        }

        /** The embedding of the second time is not zero, as after training. */
        private Model model(long seed) {
            Model model = new Model(Graph.of(new Mlp(PIXEL, 8, 1, 4).withScalar(ScalarInputs.TARGET_TIME)), device(), true);
            model.initialize(seed);
            OptionStep.setSecondTime(model, seed);
            return model;
        }

        double loss() {
            memory.upload(worker.kernels);
            worker.run(memory.block(0), gradients, false);
            memory.download(worker.kernels, residual);
            double sum = 0;
            for (int i = 0; i < BATCH; i++) {
                sum += batch.factor[i] * residual[i];
            }
            return sum;
        }

        double[] row(Tensor tensor, int row) {
            float[] values = new float[BATCH * PIXEL];
            worker.kernels.download(tensor.data(), values, 0);
            return new double[] {values[row * PIXEL], values[row * PIXEL + 1]};
        }

        /** What a network's output at (x, t → s) means as a prediction of x₀ at t. */
        double[] prediction(Model model, double[] x, double t, double s, int row) {
            float[] output = new float[PIXEL];
            try (Plan own = new Plan(model, 1, Plan.Mode.INFERENCE)) {
                worker.kernels.upload(new float[] {(float) x[0], (float) x[1]}, 0, own.x().data());
                worker.kernels.upload(new float[] {(float) schedule.networkTime(t)}, 0, own.scalar("t").data());
                worker.kernels.upload(new float[] {(float) schedule.networkTime(s)}, 0, own.scalar(ScalarInputs.TARGET_TIME).data());
                worker.kernels.upload(new float[] {batch.samples.condition[row]}, 0, own.condition().data());
                own.forward(worker.kernels, 1);
                worker.kernels.download(own.y().data(), output, 0);
            }
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

        SignalOde.Predictor teacherOf(int row) {
            return (x, t) -> {
                float[] f = new float[PIXEL];
                teacher.predict(1, new float[] {(float) x[0], (float) x[1]}, new double[] {t},
                        new float[] {batch.samples.condition[row]}, f);
                return new double[] {f[0], f[1]};
            };
        }

        double start(int row) {
            return schedule.tMax() * batch.restarts.networkStart[row] / schedule.networkTime(schedule.tMax());
        }

        @Override
        public void close() {
            gradients.close();
            worker.close();
            memory.close();
            student.close();
            target.close();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V", "SAMPLE"})
    void restartedSamplesBootstrapFromTheirOwnState(Prediction prediction) {
        try (Step step = new Step(prediction)) {
            step.loss();
            assertEquals(6, step.batch.restartSamples(0));
            for (int i = 0; i < 6; i++) {
                double u = step.start(i);
                double t = step.batch.t[i];
                double s = step.batch.s[i];
                String where = prediction + ", sample " + i + ", " + u + " → " + t + " → " + s;
                double[] noise = step.row(step.worker.noise, i);
                double[] own = step.prediction(step.target, noise, schedule.tMax(), u, i);
                assertArrayEquals(ode.state(own, noise, u), step.row(step.worker.input, i), TOLERANCE, where);
                double[] signal = step.signal(step.target, own, noise, u, t, i);
                assertArrayEquals(signal, step.row(step.worker.y, i), TOLERANCE, where);
                double[] stepped = ode.step(Solver.HEUN, step.teacherOf(i), signal, noise, t, s);
                double[] learnt = step.signal(step.student, own, noise, u, s, i);
                double residual = 0;
                for (int d = 0; d < PIXEL; d++) {
                    residual += Math.pow(learnt[d] - stepped[d], 2) / PIXEL;
                }
                assertEquals(residual, step.residual[i], TOLERANCE * (1 + residual), where);
            }
        }
    }

    @Test
    void othersStartFromPureNoise() {
        try (Step step = new Step(Prediction.SAMPLE)) {
            step.loss();
            for (int i = 6; i < BATCH; i++) {
                assertEquals(schedule.tMax(), step.start(i), 1e-9);
                double[] noise = step.row(step.worker.noise, i);
                assertArrayEquals(noise, step.row(step.worker.input, i));
                if (i < step.batch.bootstrapSamples) {
                    assertArrayEquals(step.prediction(step.target, noise, schedule.tMax(), step.batch.t[i], i),
                            step.row(step.worker.y, i), TOLERANCE);
                }
            }
        }
    }

    /** At t = u the signal is y_u, whatever the network says. */
    @Test
    void boundaryIsExactByConstruction() {
        try (Step step = new Step(Prediction.V)) {
            double u = step.batch.restarts.draw(0, 0, 0, 0.1);
            step.batch.setBootstrap(0, u, u - 0.05, 0.05);
            step.batch.restarts.set(step.batch, Head.of(Prediction.V, schedule), 0);
            step.loss();
            double[] noise = step.row(step.worker.noise, 0);
            double[] y = step.row(step.worker.y, 0);
            double[] own = step.prediction(step.target, noise, schedule.tMax(), u, 0);
            assertArrayEquals(own, y, 1e-6);
            assertArrayEquals(ode.state(y, noise, u), step.row(step.worker.input, 0), 1e-6);
        }
    }

    /** The slope of the loss along its gradient, by a central difference; the targets are another model's and stay. */
    @ParameterizedTest
    @EnumSource(names = {"V", "SAMPLE"})
    void gradientIsThatOfTheLoss(Prediction prediction) {
        try (Step step = new Step(prediction)) {
            step.loss();
            int length = Math.toIntExact(step.gradients.flat().length());
            float[] gradient = new float[length];
            float[] weights = new float[length];
            step.worker.kernels.download(step.gradients.flat(), gradient, 0);
            step.worker.kernels.download(step.student.parameters(), weights, 0);
            double norm = Golden.norm(gradient);
            double h = 1e-3;
            double[] loss = new double[2];
            for (int side = 0; side < 2; side++) {
                float[] moved = weights.clone();
                for (int i = 0; i < length; i++) {
                    moved[i] += (float) ((2 * side - 1) * h * gradient[i] / norm);
                }
                step.worker.kernels.upload(moved, 0, step.student.parameters());
                step.student.prepare(step.worker.kernels, 0, 1);
                loss[side] = step.loss();
            }
            double slope = (loss[1] - loss[0]) / (2 * h);
            assertEquals(norm, slope, 0.01 * norm);
            assertTrue(norm > 0.1, "‖g‖ is " + norm);
        }
    }
}
