package io.bootdistill.objective;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.MixtureTeacher;
import io.bootdistill.Resolved;
import io.bootdistill.Teacher;
import io.bootdistill.TinyTeacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.diffusion.TeacherPlan;
import io.bootdistill.internal.sampling.TeacherPlans;
import io.bootdistill.selftest.RecordingDevice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Training steps of a guided teacher: whose scale a sample has, and what guidance costs. */
@Tag("fast")
public class GuidedStepTest {

    private static final int BATCH = PlaneRoom.BATCH;
    private static final int PIXEL = PlaneRoom.PIXEL;
    private static final int STEPS = 40;
    private static final double TOLERANCE = 2e-5;
    private static final int NULL = 3;

    private final NoiseSchedule schedule = MixtureTeacher.cosine();

    /** What each call of the teacher was given. */
    private final List<Call> calls = new ArrayList<>();

    private final MixtureTeacher teacher = new MixtureTeacher(schedule, MixtureTeacher.ring(3, 1.0), 0.4, true) {
        @Override
        public void predict(int n, float[] x, double[] t, float[] condition, float[] f) {
            calls.add(new Call(Arrays.copyOf(x, n * PIXEL), Arrays.copyOf(t, n), Arrays.copyOf(condition, n)));
            super.predict(n, x, t, condition, f);
        }
    };

    private record Call(float[] x, double[] t, float[] condition) {}

    @TempDir
    Path temp;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    /** Each sample draws its own w. */
    private PlaneRoom room(int block) {
        PlaneRoom plane = new PlaneRoom(
                teacher, PlaneRoom.network(device(), 3, ScalarInputs.GUIDANCE), BATCH, block, new Guidance(2, NULL));
        plane.room.range = new GuidanceRange(1, 3);
        return plane;
    }

    /** f̃ = f_n + w (f_c − f_n) for a sample alone. */
    private double[] guided(double[] x, double t, float label, double w) {
        float[] given = {(float) x[0], (float) x[1]};
        float[] told = new float[PIXEL];
        float[] none = new float[PIXEL];
        teacher.predict(1, given, new double[] {t}, new float[] {label}, told);
        teacher.predict(1, given, new double[] {t}, new float[] {NULL}, none);
        return new double[] {none[0] + w * (told[0] - none[0]), none[1] + w * (told[1] - none[1])};
    }

    /**
     * The signal at a time of a trajectory: f̃(ε, t_max), steps of which the last is cut off there, with f extrapolated to the
     * middle of the whole step, and f̃ at t_min.
     */
    private double[] signal(double[] noise, float label, double w, int steps, double t) {
        double[] signal = null;
        double[][] f = new double[steps + 1][];
        double[] times = new double[steps + 1];
        for (int i = 0; i <= steps; i++) {
            times[i] = PlaneTrajectory.time(schedule, i, steps);
            double alpha = schedule.alpha(times[i]);
            double sigma = schedule.sigma(times[i]);
            double[] x = noise.clone();
            for (int d = 0; d < PIXEL && i > 0; d++) {
                boolean cut = t > times[i];
                double before = schedule.sigma(times[i - 1]) / schedule.alpha(times[i - 1]);
                double c = i == 1 ? 1 : 1 - (cut ? schedule.sigma(t) / schedule.alpha(t) : sigma / alpha) / before;
                double half = i == 1 ? 0 : (times[i - 1] - times[i]) / (2 * (times[i - 2] - times[i - 1]));
                double middle = i == 1 ? f[0][d] : f[i - 1][d] + half * (f[i - 1][d] - f[i - 2][d]);
                signal[d] += c * (middle - signal[d]);
                x[d] = alpha * signal[d] + sigma * noise[d];
            }
            if (i > 0 && t > times[i]) {
                return signal;
            }
            f[i] = guided(x, times[i], label, w);
            signal = i == 0 ? f[0].clone() : signal;
        }
        return f[steps];
    }

    /** Of three blocks, of new noises and those used again, at any time or at the end. */
    @ParameterizedTest
    @CsvSource({"2, 0.4", "2, 1", "1, 0.4"})
    void regressionTargetsAreThoseOfEachSamplesScale(int uses, double end) {
        int steps = 3;
        Trajectories objective = new Trajectories(steps, uses, 4, end, 0, 0);
        try (PlaneRoom plane = room(BATCH / 3);
                TrajectoryLesson lesson = (TrajectoryLesson) objective.lesson(plane.room, PlaneRoom.steps(STEPS))) {
            for (int k = 0; k < 20; k++) {
                plane.run(lesson, k);
                float[] w = lesson.blocks[0].atS().scales();
                for (int i = 0; i < BATCH; i++) {
                    assertTrue(w[i] >= 1 && w[i] <= 3, "w = " + w[i]);
                    assertNotEquals(w[i], w[(i + 1) % BATCH], "each has its own");
                }
                for (Block block : lesson.blocks) {
                    float[] noise = plane.noise(block.seeds(), block.samples());
                    float[] target = plane.values(lesson.ring.targets(block.index()));
                    float[] times = plane.values(block.atS().networkTime());
                    for (int i = 0; i < block.samples(); i++) {
                        int row = block.from() + i;
                        double t = times[i] / schedule.networkTime(1);
                        double[] expected = signal(
                                PlaneRoom.row(noise, i), block.atS().conditions()[row], w[row], steps, t);
                        assertArrayEquals(expected, PlaneRoom.row(target, i), 4 * TOLERANCE,
                                "step " + k + ", row " + row + ", t = " + t + ", w = " + w[row]);
                    }
                }
            }
        }
    }

    /** A function is called once for the samples and their null conditions together, and a second time where a solver is. */
    @ParameterizedTest
    @EnumSource(value = Solver.class, names = "MULTISTEP", mode = EnumSource.Mode.EXCLUDE)
    void functionIsCalledOnceForBothConditions(Solver solver) {
        Bootstrap objective = Bootstrap.defaults().withSolver(solver).withDelta(new Delta(0.1, 0.02, DeltaSchedule.GEOMETRIC));
        try (PlaneRoom plane = room(BATCH);
                BootstrapLesson lesson = (BootstrapLesson) objective.lesson(plane.room, PlaneRoom.steps(STEPS))) {
            calls.clear();
            plane.run(lesson, 0);
            Block block = lesson.blocks[0];
            assertEquals(solver.callsTwice() ? 2 : 1, calls.size());
            requireBothConditions(calls.get(0), BATCH, block.atT().times(), block.atT().conditions());
            if (solver.callsTwice()) {
                requireBothConditions(
                        calls.get(1), block.bootstrap(), block.atSecond().times(), block.atSecond().conditions());
            }
        }
    }

    @Test
    void functionIsCalledOnceForEachPointOfATrajectory() {
        int steps = 4;
        Trajectories objective = Trajectories.defaults().withSteps(steps).withUses(3, 96);
        try (PlaneRoom plane = room(BATCH);
                TrajectoryLesson lesson = (TrajectoryLesson) objective.lesson(plane.room, PlaneRoom.steps(STEPS))) {
            calls.clear();
            plane.run(lesson, 0);
            assertEquals(steps + 1, calls.size());
            for (int i = 0; i <= steps; i++) {
                double[] times = new double[BATCH / 3];
                Arrays.fill(times, PlaneTrajectory.time(schedule, i, steps));
                requireBothConditions(calls.get(i), BATCH / 3, times, lesson.blocks[0].atS().conditions());
            }
        }
    }

    /** The first n rows with their conditions, then the same states and times without. */
    private static void requireBothConditions(Call call, int n, double[] times, float[] conditions) {
        assertEquals(2 * n, call.t.length, "rows");
        for (int i = 0; i < n; i++) {
            for (int d = 0; d < PIXEL; d++) {
                assertEquals(call.x[i * PIXEL + d], call.x[(n + i) * PIXEL + d]);
            }
            assertEquals(times[i], call.t[i], 1e-12);
            assertEquals(times[i], call.t[n + i], 1e-12);
            assertEquals(conditions[i], call.condition[i]);
            assertEquals(NULL, call.condition[n + i]);
        }
    }

    /** A network runs the layers once, with twice the samples. */
    @Test
    void networkRunsOnceForBothConditions() throws IOException {
        TinyTeacher.write(temp.resolve("teacher"), "v_prediction");
        RecordingDevice device = new RecordingDevice(device());
        int n = 3;
        try (Teacher network = Teacher.load(temp.resolve("teacher"), device);
                TeacherPlan plain = TeacherPlans.of(Resolved.of(network), device, n, null);
                TeacherPlan guided = TeacherPlans.of(Resolved.of(network), device, n, new Guidance(2, NULL));
                DeviceMemory memory = device.allocate(2 * n);
                Kernels kernels = device.openKernels()) {
            BlockInputs inputs = BlockInputs.in(memory.slice(), n, 1, new double[n], new float[] {0, 1, 2});
            inputs.upload(kernels, new float[n]);
            List<Integer> once = convolved(device, kernels, plain, n, inputs);
            List<Integer> both = convolved(device, kernels, guided, n, inputs);
            assertTrue(once.size() > 5 && once.stream().allMatch(samples -> samples == n), once.toString());
            assertEquals(once.stream().map(samples -> 2 * samples).toList(), both);
        }
    }

    /** The number of samples of each convolution. */
    private static List<Integer> convolved(
            RecordingDevice device, Kernels kernels, TeacherPlan plan, int n, BlockInputs inputs) {
        device.clear();
        plan.run(kernels, n, inputs);
        return device.calls().stream().filter(call -> call.operation().equals("convForward"))
                .map(call -> (Integer) call.sizes().get(0)).toList();
    }
}
