package io.bootdistill.objective;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.Golden;
import io.bootdistill.MixtureTeacher;
import io.bootdistill.Sampler;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.diffusion.SignalOde.Solver;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Steps that regress, of which some samples start from states of the teacher's trajectories, against their definition. */
@Tag("fast")
public class RestartedTrajectoryTest {

    private static final int BATCH = PlaneRoom.BATCH;
    private static final int BLOCK = BATCH / 3;
    private static final int PIXEL = PlaneRoom.PIXEL;
    private static final int STEPS = 4;
    private static final double TOLERANCE = 5e-5;

    private final NoiseSchedule schedule = MixtureTeacher.cosine();

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    /** Steps of three blocks; the targets are at any time, or at the end alone. */
    private final class Step implements AutoCloseable {

        final PlaneRoom plane = new PlaneRoom(
                PlaneRoom.ring(schedule), PlaneRoom.network(device(), 0, ScalarInputs.TARGET_TIME), BATCH, BLOCK, null);
        final TrajectoryDraws draws;
        final TrajectoryLesson lesson;
        long step;

        Step(double end, double ownStates) {
            plane.room.twoTimes = true;
            draws = new TrajectoryDraws(
                    plane.room, PlaneRoom.steps(40), STEPS, 2, 4, end, 0.75, ownStates); // 3 of 4 rows, with both uses
            lesson = new TrajectoryLesson(plane.room, PlaneRoom.steps(40), draws);
        }

        void solve(long step) {
            this.step = step;
            lesson.draw(step, plane.kernels);
            plane.room.solve(lesson);
        }

        /** The time that a row of a block regresses on. */
        double target(Block block, int i) {
            int fresh = draws.fresh(block.samples());
            int use = i / fresh;
            return draws.time(draws.noise(draws.origin(step, use), block.from() + i % fresh), use);
        }

        /** The signal of a row's trajectory at a time. */
        double[] signal(double[] noise, int row, double t) {
            float[][] states = new float[STEPS + 1][];
            float[] epsilon = {(float) noise[0], (float) noise[1]};
            SampleRequest request = SampleRequest.ofNoise(epsilon).withWorkers(1)
                    .withConditions(new float[] {draws.samples.conditions()[row]});
            Sampler.reference(plane.teacher, Solver.MULTISTEP, STEPS)
                    .sample(request, (i, first, n, x) -> states[i] = x.clone());
            double[] signal = new double[PIXEL];
            Arrays.setAll(signal, d -> along(states, epsilon, d, t));
            return signal;
        }

        /** The output of the student, which predicts x₀, at (x, u → s), times as the network is given them. */
        double[] output(int row, double[] x, double u, double s) {
            float[] output = plane.output(plane.student, new float[] {(float) x[0], (float) x[1]},
                    new float[] {draws.samples.conditions()[row]},
                    Map.of(ScalarInputs.TIME, new float[] {(float) u}, ScalarInputs.TARGET_TIME, new float[] {(float) s}));
            return PlaneRoom.row(output, 0);
        }

        @Override
        public void close() {
            lesson.close();
            plane.close();
        }
    }

    /**
     * The signal at a time within a step of a trajectory, whose f̄ is what leads from one end to the other; the sample at t_min.
     *
     * @param states that the sampler reports after each evaluation: that at the next point, and the sample
     */
    private double along(float[][] states, float[] noise, int at, double t) {
        if (t == schedule.tMin()) {
            return states[STEPS][at];
        }
        int taken = Math.min(STEPS - 1, (int) (STEPS * (1 - Math.pow(t / schedule.tMax(), 0.8))));
        double[] ends = new double[2];
        double[] times = {time(taken), time(taken + 1)};
        for (int end = 0; end < 2; end++) {
            double s = taken == 0 ? times[1] : times[end];
            ends[end] = (states[Math.max(0, taken - 1 + end)][at] - schedule.sigma(s) * noise[at]) / schedule.alpha(s);
        }
        double f = ends[0] + (ends[1] - ends[0]) / schedule.step(times[0], times[1]);
        return taken == 0 ? ends[0] : ends[0] + schedule.step(times[0], t) * (f - ends[0]);
    }

    /** The time after i steps of a trajectory. */
    private double time(int i) {
        return schedule.tMax() * Math.pow(1 - i / (double) STEPS, 1.25);
    }

    @ParameterizedTest
    @CsvSource({"0.4, 0", "1, 0", "0.4, 0.5", "1, 1"})
    void samplesStartFromTheTrajectoryOrWhatTheyReachAndLearnTheRest(double end, double ownStates) {
        int[] starts = new int[STEPS];
        try (Step step = new Step(end, ownStates)) {
            for (int k = 0; k < 20; k++) {
                step.solve(k);
                for (Block block : step.lesson.blocks) {
                    step.plane.room.learn(step.lesson, block.index());
                    for (int i = 0; i < block.samples(); i++) {
                        check(step, block, i, ownStates, starts);
                    }
                }
            }
        }
        assertTrue(starts[0] > 0 || end == 1, "some targets leave no time to start from");
        assertTrue(Arrays.stream(starts).skip(1).min().orElseThrow() > 5, Arrays.toString(starts));
    }

    private void check(Step step, Block block, int i, double ownStates, int[] starts) {
        assertEquals(3, block.restarted());
        assertEquals(Math.round(3 * ownStates), step.draws.own(block.index()));
        int row = block.from() + i;
        double[] noise = PlaneRoom.row(step.plane.noise(block.seeds(), block.samples()), i);
        double[] input = step.plane.row(step.draws.form().input(step.plane.room.worker(), null), i);
        double s = step.target(block, i);
        assertEquals((float) schedule.networkTime(s), step.plane.values(block.atS().networkTime())[i]);
        double u = schedule.tMax() * step.draws.form().start().get(row) / schedule.networkTime(schedule.tMax());
        String where = "row " + row + ", " + u + " → " + s;
        if (i >= block.restarted() || s + schedule.tMax() / STEPS >= time(1)) {
            assertEquals(schedule.tMax(), u, where);
            assertArrayEquals(noise, input, where);
            assertEquals(1.0 / BATCH, step.draws.factor(row), 1e-12, where);
            starts[0] += i < block.restarted() ? 1 : 0;
            return;
        }
        assertTrue(u <= time(1) + 1e-6 && u >= s + schedule.tMax() / STEPS - 1e-6, where);
        starts[Math.min(STEPS - 1, (int) Math.round(STEPS * (1 - Math.pow(u / schedule.tMax(), 0.8))))]++;
        double[] y = i < step.draws.own(block.index())
                ? step.output(row, noise, schedule.networkTime(schedule.tMax()), schedule.networkTime(u)) : step.signal(noise, row, u);
        double[] goal = step.signal(noise, row, s);
        assertArrayEquals(new SignalOde(schedule).state(y, noise, u), input, TOLERANCE, where);
        double c = schedule.step(u, s);
        double[] f = step.output(row, input, schedule.networkTime(u), schedule.networkTime(s));
        double residual = 0;
        for (int d = 0; d < PIXEL; d++) {
            residual += Math.pow(y[d] + c * (f[d] - y[d]) - goal[d], 2) / PIXEL;
        }
        assertEquals(residual, step.lesson.loss.download(step.plane.kernels)[row], TOLERANCE * (1 + residual), where);
        assertEquals(1 / (c * c * BATCH), step.draws.factor(row), 1e-4 / (c * c * BATCH), where);
    }

    /** The slope of the loss along its gradient, by a central difference. */
    @Test
    void gradientIsThatOfTheLoss() {
        try (Step step = new Step(0.4, 0)) {
            step.lesson.draw(8, step.plane.kernels);
            loss(step);
            float[] gradient = step.plane.room.gradient();
            double norm = Golden.norm(gradient);
            assertEquals(norm, step.plane.slope(gradient, 1e-3, () -> loss(step)), 0.01 * norm);
            assertTrue(norm > 0.1, "‖g‖ is " + norm);
        }
    }

    /** Of the whole step; learning uses its targets up. */
    private static double loss(Step step) {
        return step.plane.room.learn(step.lesson).total();
    }
}
