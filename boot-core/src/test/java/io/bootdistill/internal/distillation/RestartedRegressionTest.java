package io.bootdistill.internal.distillation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.Golden;
import io.bootdistill.MixtureTeacher;
import io.bootdistill.Sampler;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.network.Plan;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps that regress, of which some samples start from states of the teacher's trajectories, against their definition. */
public class RestartedRegressionTest {

    private static final int BATCH = OptionStep.BATCH;
    private static final int PIXEL = OptionStep.PIXEL;
    private static final int STEPS = 4;
    private static final double TOLERANCE = 5e-5;

    private final NoiseSchedule schedule = MixtureTeacher.cosine();
    private final MixtureTeacher teacher = new MixtureTeacher(schedule, MixtureTeacher.ring(3, 1.0), 0.4, true);

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    /** Three blocks; the targets are at any time, or at the end alone. */
    private OptionStep step(double end) {
        DistillationConfig config = DistillationConfig.builder().correctorShare(0).residualPower(0)
                .batch(BATCH).block(BATCH / 3).lanes(1).images(BATCH * 40).seed(6).workers(1)
                .trajectoryShare(end < 1 ? 1 : 0.5).trajectorySteps(STEPS).trajectoryUses(2)
                .trajectoryInterval(4).trajectoryEnd(end).restartShare(0.9).build(); // 3 of 4 rows, with both uses
        OptionStep step = new OptionStep(config, teacher, null, device());
        OptionStep.setSecondTime(step.student, 0);
        return step;
    }

    /** The signal of a row's trajectory at a time. */
    private double[] signal(OptionStep step, double[] noise, int row, double t) {
        float[][] states = new float[STEPS + 1][];
        float[] epsilon = {(float) noise[0], (float) noise[1]};
        Sampler.reference(teacher, Solver.MULTISTEP, STEPS).withWorkers(1).sample(
                epsilon, new float[] {step.batch.samples.condition[row]}, (i, first, n, x) -> states[i] = x.clone());
        double[] signal = new double[PIXEL];
        Arrays.setAll(signal, d -> OptionStep.signal(schedule, states, epsilon, d, t));
        return signal;
    }

    /** The output of the student, which predicts x₀, at (x, u → s). */
    private double[] output(OptionStep step, float[] x, int row) {
        float[] output = new float[PIXEL];
        try (Plan plan = new Plan(step.student, 1, Plan.Mode.INFERENCE)) {
            step.worker.kernels.upload(x, 0, plan.x().data());
            step.worker.kernels.upload(new float[] {step.batch.restarts.networkStart[row]}, 0, plan.scalar("t").data());
            step.worker.kernels.upload(new float[] {step.batch.networkS[row]}, 0, plan.scalar(ScalarInputs.TARGET_TIME).data());
            step.worker.kernels.upload(new float[] {step.batch.samples.condition[row]}, 0, plan.condition().data());
            plan.forward(step.worker.kernels, 1);
            step.worker.kernels.download(plan.y().data(), output, 0);
        }
        return new double[] {output[0], output[1]};
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.4, 1})
    void samplesStartFromTheTrajectoryAndLearnTheRest(double end) {
        int[] starts = new int[STEPS];
        try (OptionStep step = step(end)) {
            for (int k = 0; k < 20; k++) {
                step.batch.draw(k);
                for (int block = 0; block < step.batch.blocks; block++) {
                    step.run(block);
                    step.memory.download(step.worker.kernels, step.residual);
                    for (int i = 0; i < step.batch.samples(block); i++) {
                        check(step, block, i, starts);
                    }
                }
            }
        }
        assertTrue(starts[0] > 0 || end == 1, "some targets leave no time to start from");
        assertTrue(Arrays.stream(starts).skip(1).min().orElseThrow() > 5, Arrays.toString(starts));
    }

    private void check(OptionStep step, int block, int i, int[] starts) {
        int row = step.batch.firstRow(block) + i;
        double[] noise = step.row(step.values(step.worker.noise), i);
        double[] input = step.row(step.values(step.worker.input), i);
        double s = step.batch.s[row];
        double u = schedule.tMax() * step.batch.restarts.networkStart[row] / schedule.networkTime(schedule.tMax());
        String where = "row " + row + ", " + u + " → " + s;
        if (i >= step.batch.restartSamples(block) || s + schedule.tMax() / STEPS >= OptionStep.time(schedule, 1, STEPS)) {
            assertEquals(schedule.tMax(), u, where);
            assertArrayEquals(noise, input, where);
            assertEquals(1.0 / BATCH, step.batch.factor[row], 1e-12, where);
            starts[0] += i < step.batch.restartSamples(block) ? 1 : 0;
            return;
        }
        assertTrue(u <= OptionStep.time(schedule, 1, STEPS) + 1e-6 && u >= s + schedule.tMax() / STEPS - 1e-6, where);
        starts[Math.min(STEPS - 1, (int) Math.round(STEPS * (1 - Math.pow(u / schedule.tMax(), 0.8))))]++;
        double[] y = signal(step, noise, row, u);
        double[] goal = signal(step, noise, row, s);
        assertArrayEquals(new SignalOde(schedule).state(y, noise, u), input, TOLERANCE, where);
        double c = schedule.step(u, s);
        double[] f = output(step, new float[] {(float) input[0], (float) input[1]}, row);
        double residual = 0;
        for (int d = 0; d < PIXEL; d++) {
            residual += Math.pow(y[d] + c * (f[d] - y[d]) - goal[d], 2) / PIXEL;
        }
        assertEquals(residual, step.residual[row], TOLERANCE * (1 + residual), where);
        assertEquals(1 / (c * c * BATCH), step.batch.factor[row], 1e-4 / (c * c * BATCH), where);
    }

    /** The slope of the loss along its gradient, by a central difference. */
    @Test
    void gradientIsThatOfTheLoss() {
        try (OptionStep step = step(0.4)) {
            step.batch.draw(8);
            double[] loss = new double[3];
            loss[0] = loss(step);
            float[] gradient = step.gradient();
            float[] weights = new float[gradient.length];
            step.worker.kernels.download(step.student.parameters(), weights, 0);
            double norm = Golden.norm(gradient);
            double h = 1e-3;
            for (int side = 1; side <= 2; side++) {
                float[] moved = weights.clone();
                for (int i = 0; i < moved.length; i++) {
                    moved[i] += (float) ((2 * side - 3) * h * gradient[i] / norm);
                }
                step.worker.kernels.upload(moved, 0, step.student.parameters());
                step.student.prepare(step.worker.kernels, 0, 1);
                loss[side] = loss(step);
            }
            assertEquals(norm, (loss[2] - loss[1]) / (2 * h), 0.01 * norm);
            assertTrue(norm > 0.1, "‖g‖ is " + norm);
        }
    }

    /** Of the first block. */
    private static double loss(OptionStep step) {
        step.run(0);
        step.memory.download(step.worker.kernels, step.residual);
        double sum = 0;
        for (int row = 0; row < step.batch.samples(0); row++) {
            sum += step.batch.factor[row] * step.residual[row];
        }
        return sum;
    }
}
