package io.bootdistill.internal.training;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.work.Replay;
import io.bootdistill.internal.work.WorkerPool;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.Losses;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.Reducer;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.Model;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs training steps: lets the lessons of a step draw, lets workers take their blocks to gradients, and lets the
 * {@link Optimiser} update the network. Workers meet a few times per step; the result does not depend on their number. One worker
 * has its step captured by the device and replayed, unless the host takes part.
 */
public final class Trainer implements AutoCloseable {

    /**
     * A lesson and its part of the run.
     *
     * @param from its first step
     * @param to the step after its last
     * @param every it takes part in the last of each so many steps
     */
    public record Assigned(long from, long to, long every, Lesson lesson) {

        /** In all its steps. */
        public Assigned(long from, long to, Lesson lesson) {
            this(from, to, 1, lesson);
        }

        boolean takesPart(long step) {
            return step >= from && step < to && (step - from) % every == every - 1;
        }
    }

    /** Losses and figures of a step. */
    public record Step(Losses losses, double gradientNorm, double rate) {}

    private final TrainingState state;
    private final List<Assigned> assigned;
    private final Reducer reducer;
    private final List<Worker> workers;
    private final Kernels[] contexts;
    private final WorkerPool pool;
    private final int lanes;
    private final Scope scope = new Scope();
    private final Optimiser optimiser;
    private final Rounds rounds;

    /** Steps at which calls change. */
    private final long[] stages;

    /** The jobs of a step, made once: a step allocates nothing. */
    private final WorkerPool.Task solveLane = this::solveLane;

    private final WorkerPool.Task learnLane = this::learnLane;

    /** Of the steps so far, but for those that are over: steps with other lessons may alternate. */
    private final List<StepLessons> known = new ArrayList<>();

    /** Those of the step. */
    private StepLessons lessons;

    /** Number of stages that had begun by it. */
    private int stage;

    /** A model that has the averaged weights after each step; null for none. */
    private AverageCopy follower;

    /**
     * Takes over the ownership of the crew and the lessons, unless it fails; the state stays the caller's.
     *
     * @param steps of the run
     */
    public Trainer(
            TrainingState state, OptimiserConfig config, long steps, Reducer reducer, Crew crew, List<Assigned> assigned) {
        this.state = state;
        this.assigned = assigned;
        this.reducer = reducer;
        workers = crew.workers();
        contexts = crew.contexts();
        pool = crew.pool();
        lanes = crew.lanes();
        rounds = new Rounds(assigned.stream().flatMap(one -> one.lesson.rounds().stream()).toList(), steps);
        stages = assigned.stream().flatMap(one -> one.lesson.stages().stream()).mapToLong(Long::longValue).sorted().toArray();
        optimiser = new Optimiser(config, rounds, crew.batch(), state, lanes, reducer, contexts, pool);
        scope.own(crew);
        assigned.forEach(one -> scope.own(one.lesson));
        scope.own(optimiser);
        lessons = lessons(List.of());
    }

    /** The lessons, in the order in which a step calls them. */
    public List<Assigned> assigned() {
        return assigned;
    }

    /** What lessons change, by names for the checkpoint. */
    public Map<String, Slice> lessonState() {
        Map<String, Slice> all = new LinkedHashMap<>();
        for (int i = 0; i < assigned.size(); i++) {
            String prefix = "lesson." + i + ".";
            new TreeMap<>(assigned.get(i).lesson.state()).forEach((name, slice) -> all.put(prefix + name, slice));
        }
        return all;
    }

    /** The state, and that of the lessons, has been read from a checkpoint. */
    public void restored() {
        assigned.forEach(one -> one.lesson.restored());
    }

    /** Gives a model of the same network the averaged weights after each step from now on. */
    public void follow(Model model) {
        follower = new AverageCopy(state, model, contexts);
        known.forEach(one -> one.calculation.forget());
    }

    /** Runs the next step, which the state then counts. */
    public Step run() {
        Step done = rehearse(state.step());
        state.advance();
        return done;
    }

    /** Runs what a step runs, without counting it. */
    public Step rehearse(long step) {
        if (rounds.begins(step)) {
            beginRound(step);
        }
        choose(step);
        draw(step);
        optimiser.begin(step);
        if (lessons.solve) {
            solveAndMove();
        }
        lessons.calculation.run();
        optimiser.end();
        double total = 0;
        Losses first = null;
        for (Lesson lesson : lessons.all) {
            lesson.end();
            Losses losses = lesson.losses(contexts[0]);
            total += losses.total();
            first = first == null ? losses : first;
        }
        return new Step(new Losses(total, first.bootstrap(), first.boundary(), first.delta()), optimiser.gradientNorm(),
                optimiser.rate(step));
    }

    private void beginRound(long step) {
        for (Assigned one : assigned) {
            if (one.lesson.rounds().contains(step)) {
                one.lesson.beginRound(contexts[0], state.ema());
            }
        }
        state.beginRound(contexts[0]);
    }

    /** Before a continued run's first step: solves again what the steps before it have solved. */
    public void solveHistory() {
        long step = state.step();
        for (Assigned one : assigned) {
            long history = one.takesPart(step) ? one.lesson.history(step) : 0;
            for (long past = Math.max(one.from, step - history); past < step; past++) {
                lessons = lessons(List.of(one.lesson)); // called once: nothing is recorded
                draw(past);
                solveAndMove();
            }
        }
        lessons = lessons(List.of());
    }

    private StepLessons lessons(List<Lesson> all) {
        return new StepLessons(all, new Replay(contexts[0], this::solve), new Replay(contexts[0], this::calculate));
    }

    /** The lessons of a step. */
    private void choose(long step) {
        int begun = Arrays.binarySearch(stages, step);
        begun = begun >= 0 ? begun + 1 : -begun - 1;
        if (begun != stage) {
            stage = begun;
            known.forEach(StepLessons::close);
            known.clear();
        }
        for (int i = 0; i < known.size(); i++) {
            if (takePart(known.get(i).all, step)) {
                lessons = known.get(i);
                return;
            }
        }
        List<Lesson> done = assigned.stream().filter(one -> one.to <= step).map(Assigned::lesson).toList();
        List<StepLessons> over = known.stream().filter(one -> !Collections.disjoint(one.all, done)).toList();
        over.forEach(StepLessons::close);
        known.removeAll(over);
        lessons = lessons(assigned.stream().filter(one -> one.takesPart(step)).map(Assigned::lesson).toList());
        known.add(lessons);
        boolean isAlone = contexts.length == 1;
        lessons.solution.allow(isAlone && lessons.all.stream().allMatch(Lesson::solvesOnDevice));
        lessons.calculation.allow(
                isAlone && reducer.staysOnDevice() && lessons.all.stream().allMatch(Lesson::staysOnDevice));
    }

    /** Whether these are all that take part in a step. */
    private boolean takePart(List<Lesson> some, long step) {
        int count = 0;
        for (int i = 0; i < assigned.size(); i++) {
            if (assigned.get(i).takesPart(step)) {
                if (count == some.size() || some.get(count) != assigned.get(i).lesson) {
                    return false;
                }
                count++;
            }
        }
        return count == some.size();
    }

    private void draw(long step) {
        for (int i = 0; i < lessons.all.size(); i++) {
            lessons.all.get(i).draw(step, contexts[0]);
        }
    }

    private void solveAndMove() {
        lessons.solution.run();
        for (int i = 0; i < lessons.all.size(); i++) {
            if (lessons.all.get(i).solves()) {
                lessons.all.get(i).between(contexts[0]);
            }
        }
    }

    private void solve() {
        pool.run(lanes, solveLane);
    }

    /** All else that the device does in a step: the same calls each time. */
    private void calculate() {
        pool.run(lanes, learnLane);
        optimiser.update();
        for (int i = 0; i < lessons.all.size(); i++) {
            lessons.all.get(i).update();
        }
        if (follower != null) {
            pool.run(AverageCopy.PARTS, follower.copy);
            pool.run(AverageCopy.PARTS, follower.prepare);
        }
    }

    private void solveLane(int worker, int lane) {
        for (int i = 0; i < lessons.all.size(); i++) {
            Lesson lesson = lessons.all.get(i);
            for (int block = lane; lesson.solves() && block < lesson.blocks(); block += lanes) {
                lesson.solve(workers.get(worker), block);
            }
        }
    }

    private void learnLane(int worker, int lane) {
        for (int i = 0; i < lessons.all.size(); i++) {
            Lesson lesson = lessons.all.get(i);
            for (int block = lane; block < lesson.blocks(); block += lanes) {
                lesson.learn(workers.get(worker), block, optimiser.lane(lane), i > 0 || block != lane);
            }
        }
    }

    @Override
    public void close() {
        known.forEach(StepLessons::close);
        scope.close();
    }
}
