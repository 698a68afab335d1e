package io.bootdistill.phase;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Slice;
import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.FlowSchedule;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.network.Graph;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Mlp;
import io.bootdistill.network.Model;
import io.bootdistill.objective.LessonRoom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Samples share walks: each has the signals of its own noise, at points of its own. */
@Tag("fast")
public class WalkRingTest {

    private static final GaussianTeacher TEACHER = new GaussianTeacher(0.3, 0.5);
    private static final long FIRST = 5;
    private static final long STEPS = 20;
    private static final int BATCH = 11;
    private static final int BLOCK = 4;

    /** Values of a large sample. */
    private static final int LARGE = 40_000;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    /** What a row learns from. */
    private record Sample(long step, float noise, int start, int known, float y, float next) {}

    /** All rows of all steps of a lesson, in blocks of 3, 4 and 4. */
    private List<Sample> samples(PhaseObjective objective, boolean isMoving) {
        List<Sample> samples = new ArrayList<>();
        try (Model student = new Model(Graph.of(new Mlp(1, 4, 1, 0)), device(), true);
                LessonRoom room = new LessonRoom(TeacherModel.of(TEACHER), student, BATCH, BLOCK, null)) {
            room.moving = isMoving;
            Assignment assignment = new Assignment(FIRST, STEPS, ResidualWeighting.NONE);
            Stages stages = new Stages("test", objective.stages(), assignment);
            PhaseDraws draws = new PhaseDraws(room, stages, GivenWalks.options(objective));
            try (PhaseLesson lesson = new PhaseLesson(room, ResidualWeighting.NONE, draws, GivenWalks.options(objective))) {
                assertEquals(isMoving, lesson.state().containsKey("walks"));
                for (long step = FIRST; step < FIRST + STEPS; step++) {
                    lesson.draw(step, room.kernels());
                    room.solve(lesson);
                    for (int b = 0; b < lesson.blocks(); b++) {
                        float[] y = room.values(lesson.ring.start(b));
                        float[] next = room.values(lesson.ring.known(b));
                        room.learn(lesson, b);
                        float[] noise = room.values(room.worker().noise());
                        for (int i = 0; i < y.length; i++) {
                            int row = draws.blocks.first(b) + i;
                            samples.add(new Sample(step, noise[i], draws.start[row], draws.known[row], y[i], next[i]));
                        }
                    }
                }
            }
        }
        return samples;
    }

    /** y_i of a noise, by n steps. */
    private static double signal(double noise, int i, int n) {
        SignalOde ode = new SignalOde(TEACHER.schedule());
        double[] y = {0};
        for (int k = 0; k < i; k++) {
            double t = 1 - (double) k / n;
            if (k + 1 == n) {
                y = new double[] {TEACHER.predict(ode.state(y, new double[] {noise}, t)[0], t)};
            } else {
                y = ode.step(Solver.DDIM, (x, at) -> new double[] {TEACHER.predict(x[0], at)}, y, new double[] {noise}, t,
                        1 - (k + 1.0) / n);
            }
        }
        return y[0];
    }

    private static void requireOwnSignals(List<Sample> samples, Stages stages) {
        for (Sample sample : samples) {
            Stage stage = stages.all.get(stages.at(sample.step));
            int n = stage.steps();
            assertEquals(0, sample.start % stage.stride(), "a point of the stage");
            assertTrue(sample.start < n && sample.known > sample.start && sample.known <= n, sample.toString());
            assertEquals(signal(sample.noise, sample.start, n), sample.y, 2e-6, sample.toString());
            assertEquals(signal(sample.noise, sample.known, n), sample.next, 2e-6, sample.toString());
        }
    }

    private static Stages stages(PhaseObjective objective) {
        return new Stages("test", objective.stages(), new Assignment(FIRST, STEPS, ResidualWeighting.NONE));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void signalsAreOfTheSamplesOwnNoise(boolean isMoving) {
        Walks walks = Walks.defaults().withUses(3, 2);
        for (PhaseObjective objective : List.of(
                Consistency.defaults().withSteps(8, 1).withWalks(walks), Cmt.defaults().withSteps(6, 2).withWalks(walks),
                Progressive.defaults().withSteps(8, 4).withWalks(walks), Direct.defaults().withSteps(3).withWalks(walks))) {
            requireOwnSignals(samples(objective, isMoving), stages(objective));
        }
    }

    /** Three uses, two steps apart; at first, spread over the steps that there are. */
    @Test
    void walksAreSharedByLaterSteps() {
        Map<Float, List<Long>> uses = new TreeMap<>();
        Cmt objective = Cmt.defaults().withSteps(6, 1).withWalks(Walks.defaults().withUses(3, 2));
        for (Sample sample : samples(objective, false)) {
            uses.computeIfAbsent(sample.noise, noise -> new ArrayList<>()).add(sample.step);
        }
        assertEquals(STEPS * (1 + 2 + 2), uses.size(), "new walks of blocks of 3, 4 and 4");
        long late = FIRST + 8;
        int thrice = 0;
        int twice = 0;
        for (List<Long> steps : uses.values()) {
            long began = steps.get(0);
            if (began >= late && began < FIRST + STEPS - 4) {
                assertTrue(steps.equals(List.of(began, began + 2, began + 4)) || steps.equals(List.of(began, began + 2)),
                        steps.toString());
                thrice += steps.size() == 3 ? 1 : 0;
                twice += steps.size() == 2 ? 1 : 0;
            }
        }
        assertEquals(8, thrice, "of a block of 3");
        assertEquals(8 * 4, twice, "of two blocks of 4, two walks each");
    }

    @Test
    void startsAreSpreadOverTheWalk() {
        int[] count = new int[6];
        for (Sample sample : samples(Cmt.defaults().withSteps(6, 1), false)) {
            count[sample.start]++;
        }
        double mean = STEPS * BATCH / 6.0;
        for (int points : count) {
            assertEquals(mean, points, 4 * Math.sqrt(mean));
        }
    }

    /** A teacher of large images, which says one number of all. */
    private record LargeTeacher() implements Denoiser {

        @Override
        public ImageShape shape() {
            return new ImageShape(LARGE, 1, 1);
        }

        @Override
        public NoiseSchedule schedule() {
            return new FlowSchedule();
        }

        @Override
        public void predict(int n, float[] x, double[] t, float[] condition, float[] f) {
            Arrays.fill(f, 0.25f);
        }
    }

    /** Seven signals of two walks in three blocks are more than a portion, and no whole number of them. */
    @Test
    void largeWalksThatAreSavedStayWhole() {
        PhaseObjective objective = Cmt.defaults().withSteps(6, 1).withWalks(Walks.defaults().withUses(3, 1));
        try (Model student = new Model(Graph.of(new Mlp(LARGE, 4, 1, 0)), device(), true);
                LessonRoom room = new LessonRoom(TeacherModel.of(new LargeTeacher()), student, BATCH, BLOCK, null)) {
            room.moving = true;
            PhaseDraws draws = new PhaseDraws(room, stages(objective), GivenWalks.options(objective));
            try (PhaseLesson lesson = new PhaseLesson(room, ResidualWeighting.NONE, draws, GivenWalks.options(objective))) {
                float[] expected = new float[7 * 3 * 2 * LARGE];
                assertTrue(expected.length > WalkRing.PORTION && expected.length % WalkRing.PORTION != 0);
                for (int i = 0; i < expected.length; i++) {
                    expected[i] = i % 9_973;
                }
                for (int cell = 0; cell < 7 * 3; cell++) {
                    Slice place = lesson.ring.place(0, cell % 3, cell / 3).data();
                    room.kernels().upload(expected, cell * 2 * LARGE, place);
                }
                lesson.ring.keep(FIRST, room.kernels());
                Slice saved = lesson.state().get("walks");
                float[] found = new float[expected.length];
                room.kernels().download(saved.slice(FIRST % 3 * found.length, found.length), found, 0);
                assertArrayEquals(expected, found);
            }
        }
    }

    /** Also those of which a step begins few walks: three, of blocks of 3, 4 and 4. */
    @Test
    void allPairsHaveTheirTurn() {
        int pairs = 2 * BATCH;
        Walks walks = Walks.defaults().withUses(4, 1);
        List<Sample> samples = samples(Direct.defaults().withSteps(3).withPairs(pairs).withWalks(walks), false);
        assertEquals(pairs, samples.stream().map(Sample::noise).distinct().count());
        assertTrue(STEPS * 3 > 2 * pairs, "the run begins enough walks");
    }

    /** Two pairs are two noises, whatever the steps. */
    @Test
    void fixedPairsComeAgain() {
        List<Sample> samples = samples(Direct.defaults().withSteps(3).withPairs(2).withWalks(Walks.defaults().withUses(1, 1)), false);
        assertEquals(2, samples.stream().map(Sample::noise).distinct().count());
        assertEquals(STEPS * BATCH, samples.size());
    }
}
