package io.bootdistill.internal.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.bootdistill.device.Captured;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.PassingDevice;
import io.bootdistill.device.Slice;
import io.bootdistill.internal.training.Trainer.Assigned;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.Losses;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.Reducer;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Mlp;
import io.bootdistill.network.Model;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a step calls, and in which order: three blocks of at most two samples in two lanes, one worker. */
@Tag("fast")
class TrainerTest {

    private static final long STEPS = 10;

    private final Device device = Devices.named("reference");
    private final TrainingState state =
            new TrainingState(new Model(Graph.of(new Mlp(2, 4, 1, 0)), device, true));
    private final List<String> calls = new ArrayList<>();

    @AfterEach
    void close() {
        state.close();
    }

    /** Notes its calls; its gradient is 1 for each of its blocks. */
    private class Noted implements Lesson {

        private final String name;
        private final int blocks;
        private final boolean solves;
        private final long history;

        Noted(String name, int blocks, boolean solves, long history) {
            this.name = name;
            this.blocks = blocks;
            this.solves = solves;
            this.history = history;
        }

        private void note(String call) {
            calls.add(name + " " + call);
        }

        @Override
        public int blocks() {
            return blocks;
        }

        @Override
        public void draw(long step, Kernels kernels) {
            note("draw " + step);
        }

        @Override
        public boolean solves() {
            return solves;
        }

        @Override
        public void solve(Worker worker, int block) {
            note("solve " + block);
        }

        @Override
        public void between(Kernels kernels) {
            note("between");
        }

        @Override
        public void learn(Worker worker, int block, Gradients lane, boolean accumulate) {
            note("learn " + block + (accumulate ? " +" : ""));
            Slice flat = lane.flat();
            float[] sum = new float[(int) flat.length()];
            worker.kernels().download(flat, sum, 0);
            for (int i = 0; i < sum.length; i++) {
                sum[i] = accumulate ? sum[i] + 1 : 1;
            }
            worker.kernels().upload(sum, 0, flat);
        }

        @Override
        public void update() {
            note("update");
        }

        @Override
        public void end() {
            note("end");
        }

        @Override
        public Losses losses(Kernels kernels) {
            note("losses");
            return new Losses(name.length(), 2, 3, 4);
        }

        @Override
        public boolean staysOnDevice() {
            return false;
        }

        @Override
        public boolean solvesOnDevice() {
            return false;
        }

        @Override
        public long history(long step) {
            return history;
        }

        @Override
        public Map<String, Slice> state() {
            return Map.of("b", state.m(), "a", state.v());
        }

        @Override
        public void restored() {
            note("restored");
        }

        @Override
        public void close() {
            note("close");
        }
    }

    /** With stages from steps 2 and 3, of which the second is a round. */
    private final class Staged extends Noted {

        Staged() {
            super("staged", 1, false, 0);
        }

        @Override
        public List<Long> stages() {
            return List.of(2L, 3L);
        }

        @Override
        public List<Long> rounds() {
            return List.of(3L);
        }

        @Override
        public void beginRound(Kernels kernels, Slice average) {
            float[] values = new float[(int) average.length()];
            kernels.download(average, values, 0);
            calls.add("round " + values[0]);
        }
    }

    private float[] values(Slice slice) {
        float[] values = new float[(int) slice.length()];
        try (Kernels kernels = device.openKernels()) {
            kernels.download(slice, values, 0);
        }
        return values;
    }

    /** The lesson is told the average; weights and average are it, without moments, and the rate begins again. */
    @Test
    void roundsBeginAgain() {
        try (Trainer trainer = trainer(new Assigned(0, STEPS, new Staged()))) {
            double first = trainer.run().rate();
            trainer.run();
            trainer.run();
            float[] average = values(state.ema());
            float[] moments = values(state.m());
            assertNotEquals(0, moments[0]);
            taken();
            Trainer.Step step = trainer.run();
            assertEquals(List.of("round " + average[0], "staged draw 3"), taken().subList(0, 2));
            assertEquals(first, step.rate(), 1e-12, "the rate of a first step");
            float[] m = values(state.m());
            float[] weights = values(state.student.parameters());
            for (int i = 0; i < average.length; i++) {
                assertEquals(m[0], m[i], 0f, "the first moment of one gradient");
                assertEquals(average[i] - step.rate(), weights[i], 1e-6, "Adam's first step, of the rate");
            }
            trainer.run();
            assertEquals("staged draw 4", taken().get(0), "once");
        }
    }

    /** Whose calls can be recorded. */
    private static final class OnDevice implements Lesson {

        @Override
        public int blocks() {
            return 1;
        }

        @Override
        public void draw(long step, Kernels kernels) {}

        @Override
        public void learn(Worker worker, int block, Gradients lane, boolean accumulate) {
            worker.kernels().fill(lane.flat(), 1);
        }

        @Override
        public Losses losses(Kernels kernels) {
            return Losses.of(0);
        }

        @Override
        public void close() {}
    }

    /** Counts recordings that are made and closed. */
    private static final class Recording extends PassingDevice {

        final AtomicInteger captures = new AtomicInteger();
        final AtomicInteger closed = new AtomicInteger();

        Recording(Device device) {
            super(device);
        }

        @Override
        protected Object call(Kernels kernels, Method method, Object[] arguments) throws Throwable {
            Object result = super.call(kernels, method, arguments);
            if (!(result instanceof Captured captured)) {
                return result;
            }
            captures.incrementAndGet();
            return new Captured() {
                @Override
                public void replay() {
                    captured.replay();
                }

                @Override
                public void close() {
                    closed.incrementAndGet();
                    captured.close();
                }
            };
        }
    }

    private Trainer trainer(Assigned... lessons) {
        Crew crew = new Crew(state.student, state.student.graph().network().input(), 5, 2, 2, 1, null, null);
        return new Trainer(state, OptimiserConfig.ofTeachers(), STEPS, Reducer.LANES, crew, List.of(lessons));
    }

    private List<String> taken() {
        List<String> taken = List.copyOf(calls);
        calls.clear();
        return taken;
    }

    @Test
    void orderOfAStep() {
        Assigned one = new Assigned(0, STEPS, new Noted("one", 3, true, 0));
        Assigned two = new Assigned(1, STEPS, new Noted("second", 1, false, 0));
        try (Trainer trainer = trainer(one, two)) {
            Trainer.Step first = trainer.run();
            assertEquals(List.of("one draw 0", "one solve 0", "one solve 2", "one solve 1", "one between", "one learn 0",
                    "one learn 2 +", "one learn 1", "one update", "one end", "one losses"), taken());
            assertEquals(new Losses(3, 2, 3, 4), first.losses());
            assertEquals(3 * Math.sqrt(state.length), first.gradientNorm(), 1e-5, "of three blocks in two lanes");
            Trainer.Step second = trainer.run();
            assertEquals(List.of("one draw 1", "second draw 1", "one solve 0", "one solve 2", "one solve 1", "one between",
                    "one learn 0", "one learn 2 +", "second learn 0 +", "one learn 1", "one update", "second update", "one end",
                    "one losses", "second end", "second losses"), taken());
            assertEquals(new Losses(3 + 6, 2, 3, 4), second.losses(), "the first lesson's parts");
            assertEquals(4 * Math.sqrt(state.length), second.gradientNorm(), 1e-5);
            assertEquals(2, state.step());
        }
        assertEquals(List.of("one close", "second close"), taken().stream().sorted().toList());
    }

    @Test
    void lessonsTakePartInTheirSteps() {
        try (Trainer trainer = trainer(new Assigned(0, 2, new Noted("one", 1, false, 0)),
                new Assigned(2, STEPS, new Noted("two", 1, false, 0)))) {
            for (int i = 0; i < 4; i++) {
                trainer.run();
            }
            assertEquals(List.of("one draw 0", "one draw 1", "two draw 2", "two draw 3"),
                    taken().stream().filter(call -> call.contains("draw")).toList());
        }
    }

    /** A lesson can take part in the last of each so many steps. */
    @Test
    void lessonsTakePartInSomeSteps() {
        try (Trainer trainer = trainer(new Assigned(0, STEPS, new Noted("one", 1, false, 0)),
                new Assigned(2, STEPS, 3, new Noted("seldom", 1, false, 0)))) {
            for (int i = 0; i < STEPS; i++) {
                trainer.run();
            }
            List<String> taken = taken();
            assertEquals(List.of("seldom draw 4", "seldom draw 7"),
                    taken.stream().filter(call -> call.startsWith("seldom draw")).toList());
            assertEquals(STEPS, taken.stream().filter(call -> call.startsWith("one draw")).count());
            assertEquals(2, taken.stream().filter(call -> call.startsWith("seldom update")).count());
        }
    }

    /** Each set of lessons is recorded once, though they alternate, and forgotten when one of them is over. */
    @Test
    void alternatingStepsAreRecordedOnce() {
        Recording recording = new Recording(device);
        try (TrainingState own = new TrainingState(new Model(Graph.of(new Mlp(2, 4, 1, 0)), recording, true));
                Trainer trainer = new Trainer(own, OptimiserConfig.ofTeachers(), STEPS, Reducer.LANES,
                        new Crew(own.student, own.student.graph().network().input(), 1, 1, 1, 1, null, null), List.of(
                                new Assigned(0, 6, new OnDevice()), new Assigned(0, 6, 2, new OnDevice()),
                                new Assigned(6, STEPS, new OnDevice())))) {
            for (int i = 0; i < 6; i++) {
                trainer.run();
            }
            assertEquals(2, recording.captures.get(), "with and without the second");
            assertEquals(0, recording.closed.get());
            trainer.run();
            assertEquals(3, recording.captures.get());
            assertEquals(2, recording.closed.get(), "both are over");
        }
        assertEquals(3, recording.closed.get());
    }

    /** A rehearsal does what the step does, but is not counted. */
    @Test
    void rehearsalsAreNotCounted() {
        try (Trainer trainer = trainer(new Assigned(0, STEPS, new Noted("one", 1, true, 0)))) {
            trainer.rehearse(7);
            List<String> rehearsed = taken();
            assertEquals("one draw 7", rehearsed.get(0));
            assertEquals(0, state.step());
            trainer.run();
            assertEquals(rehearsed.subList(1, rehearsed.size()), calls.subList(1, calls.size()));
            assertEquals("one draw 0", calls.get(0));
        }
    }

    /** What a lesson solved in the steps before, of its own part of the run and as far back as it needs. */
    @Test
    void continuedRunSolvesItsHistory() {
        try (Trainer trainer = trainer(new Assigned(0, 3, new Noted("over", 1, true, 9)),
                new Assigned(3, STEPS, new Noted("long", 2, true, 9)),
                new Assigned(0, STEPS, new Noted("short", 1, true, 1)),
                new Assigned(0, STEPS, new Noted("none", 1, true, 0)))) {
            state.restore(5);
            trainer.solveHistory();
            assertEquals(List.of("long draw 3", "long solve 0", "long solve 1", "long between", "long draw 4", "long solve 0",
                    "long solve 1", "long between", "short draw 4", "short solve 0", "short between"), taken());
            trainer.run();
            assertEquals(List.of("long draw 5", "short draw 5", "none draw 5"), taken().subList(0, 3));
            assertEquals(6, state.step());
        }
    }

    @Test
    void stateOfLessonsHasTheirPlaces() {
        try (Trainer trainer = trainer(new Assigned(0, STEPS, new Noted("one", 1, false, 0)),
                new Assigned(0, STEPS, new Noted("two", 1, false, 0)))) {
            assertEquals(List.of("lesson.0.a", "lesson.0.b", "lesson.1.a", "lesson.1.b"),
                    List.copyOf(trainer.lessonState().keySet()));
            trainer.restored();
            assertEquals(List.of("one restored", "two restored"), taken());
        }
    }

    /** After each step the follower has the averaged weights. */
    @Test
    void modelsFollowTheAverage() {
        try (Model model = new Model(state.student.graph(), device, false);
                Trainer trainer = trainer(new Assigned(0, STEPS, new Noted("one", 1, false, 0)));
                Kernels kernels = device.openKernels()) {
            trainer.run();
            trainer.follow(model);
            float[] average = new float[(int) state.length];
            float[] found = new float[average.length];
            for (int i = 0; i < 2; i++) {
                float before = found[0];
                trainer.run();
                kernels.download(state.ema(), average, 0);
                kernels.download(model.parameters(), found, 0);
                assertArrayEquals(average, found);
                assertNotEquals(before, found[0]);
            }
        }
    }
}
