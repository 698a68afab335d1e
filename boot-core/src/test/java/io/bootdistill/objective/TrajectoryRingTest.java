package io.bootdistill.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.MixtureTeacher;
import io.bootdistill.Sampler;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.selftest.RecordingDevice;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a step of regression learns from: the signals of its own noises and times, whatever step has solved them. */
@Tag("fast")
public class TrajectoryRingTest {

    private static final int PIXEL = PlaneRoom.PIXEL;
    private static final int STEPS = 30;
    private static final long FIRST = 5;
    private static final int POINTS = 4;
    private static final double TOLERANCE = 2e-5;

    private final NoiseSchedule schedule = MixtureTeacher.cosine();
    private final MixtureTeacher teacher = PlaneRoom.ring(schedule);

    /** Where the targets lie: so many in each step of a trajectory, and at its end. */
    private final int[] seen = new int[POINTS + 1];

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private PlaneRoom room(Trajectories objective, int batch, int block) {
        String[] scalars = objective.hasTwoTimes() ? new String[] {ScalarInputs.TARGET_TIME} : new String[0];
        PlaneRoom plane = new PlaneRoom(teacher, PlaneRoom.network(device(), 3, scalars), batch, block, null);
        plane.room.twoTimes = objective.hasTwoTimes();
        return plane;
    }

    /** Blocks of one size, of two, of one whose last use is of fewer samples than there are noises, of one less than the most. */
    @ParameterizedTest
    @CsvSource({"12, 4", "13, 4", "15, 5", "12, 7"})
    void targetsAreTheSamplersTrajectory(int batch, int block) {
        for (int uses : new int[] {1, 2, 3, 4}) {
            for (double end : new double[] {1, 0.4}) {
                Arrays.fill(seen, 0);
                check(new Trajectories(POINTS, uses, 6, end, 0, 0), batch, block, false);
                double expected = STEPS * batch * end;
                assertEquals(expected, seen[POINTS], 4 * Math.sqrt(expected), "at the end: four standard deviations");
                assertEquals(end == 1, Arrays.stream(seen).min().orElseThrow() == 0);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"12, 4", "13, 4", "15, 5", "12, 7"})
    void targetsAndStartsAreTheSamplersTrajectory(int batch, int block) {
        for (int uses : new int[] {1, 3, 4}) {
            for (double end : new double[] {1, 0.4}) {
                check(new Trajectories(POINTS, uses, 6, end, 0.5, 0), batch, block, false);
            }
        }
    }

    /** A ring that checkpoints hold passes through the host. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5})
    void ringOfAMovingTeacherHoldsTheSame(double restartShare) {
        check(new Trajectories(POINTS, 3, 6, 0.4, restartShare, 0), 13, 4, true);
        check(new Trajectories(POINTS, 3, 6, 1, restartShare, 0), 13, 4, true);
    }

    private void check(Trajectories objective, int batch, int block, boolean moving) {
        Assignment assignment = new Assignment(FIRST, STEPS, ResidualWeighting.NONE);
        try (PlaneRoom plane = room(objective, batch, block)) {
            plane.room.moving = moving;
            try (TrajectoryLesson lesson = (TrajectoryLesson) objective.lesson(plane.room, assignment)) {
                assertEquals(moving ? Set.of("trajectories") : Set.of(), lesson.state().keySet());
                for (int step = 0; step < STEPS; step++) {
                    lesson.draw(FIRST + step, plane.kernels);
                    plane.room.solve(lesson);
                    for (Block b : lesson.blocks) {
                        check(plane, lesson.ring, b, objective + ", step " + step + ", block " + b.index());
                    }
                    for (Block b : lesson.blocks) { // which may change its targets, but not what is kept
                        plane.room.learn(lesson, b.index());
                    }
                }
            }
        }
    }

    private void check(PlaneRoom plane, TrajectoryRing ring, Block block, String where) {
        int n = block.samples();
        float[] noise = plane.noise(block.seeds(), n);
        float[] labels = Arrays.copyOfRange(block.atS().conditions(), block.from(), block.from() + n);
        float[][] states = new float[POINTS + 1][];
        Sampler.reference(teacher, Solver.MULTISTEP, POINTS).sample(
                SampleRequest.ofNoise(noise).withConditions(labels).withWorkers(1),
                (i, first, count, x) -> states[i] = x.clone());
        for (double t : compare(plane, states, noise, block.atS().networkTime(), ring.targets(block.index()), n, where)) {
            seen[PlaneTrajectory.taken(schedule, t, POINTS)]++;
        }
        if (block.restarted() > 0) {
            compare(plane, states, noise, block.atS().start(), ring.starts(block.index()), block.restarted(), where);
        }
    }

    /** Returns the times. */
    private double[] compare(
            PlaneRoom plane, float[][] states, float[] noise, Tensor networkTimes, Tensor signals, int n, String where) {
        float[] given = plane.values(networkTimes);
        float[] actual = plane.values(signals);
        assertEquals(n * PIXEL, actual.length);
        double[] times = new double[n];
        for (int i = 0; i < n; i++) {
            times[i] = given[i] / schedule.networkTime(1);
            for (int at = i * PIXEL; at < (i + 1) * PIXEL; at++) {
                assertEquals(PlaneTrajectory.signal(schedule, states, noise, at, times[i]), actual[at], TOLERANCE,
                        where + ", sample " + i + ", t = " + times[i]);
            }
        }
        return times;
    }

    /** What lies side by side moves in one call: one to keep what is new, one for each use. */
    @Test
    void signalsMoveInFewCalls() {
        RecordingDevice device = new RecordingDevice(device());
        int uses = 4;
        try (PlaneRoom plane = new PlaneRoom(teacher, PlaneRoom.network(device, 3), 64, 16, null);
                Lesson lesson = Trajectories.defaults().withUses(uses, 6).lesson(plane.room, PlaneRoom.steps(STEPS))) {
            Kernels kernels = plane.kernels;
            for (int step = 0; step < STEPS; step++) {
                lesson.draw(step, kernels);
                for (int b = 0; b < lesson.blocks(); b++) {
                    lesson.solve(plane.room.worker(), b);
                }
                device.clear();
                lesson.between(kernels);
                List<String> calls = device.calls().stream().map(RecordingDevice.Call::operation).toList();
                assertTrue(calls.size() <= 1 + uses, calls::toString);
                assertEquals(Set.of("affine"), Set.copyOf(calls));
            }
        }
    }
}
