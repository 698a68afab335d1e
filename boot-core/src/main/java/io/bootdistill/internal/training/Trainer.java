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
     */
    public record Assigned(long from, long to, Lesson lesson) {

        boolean takesPart(long step) {
            return step >= from && step < to;
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
    private final Replay solution;
    private final Replay calculation;

    /** Steps at which calls change. */
    private final long[] stages;

    /** The jobs of a step, made once: a step allocates nothing. */
    private final WorkerPool.Task solveLane = this::solveLane;

    private final WorkerPool.Task learnLane = this::learnLane;

    /** Those of the step. */
    private List<Lesson> lessons = List.of();

    /** Number of stages that had begun by it. */
    private int stage;

    private boolean solves;

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
        solution = scope.own(new Replay(contexts[0], this::solve));
        calculation = scope.own(new Replay(contexts[0], this::calculate));
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
        calculation.forget();
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
        if (solves) {
            solveAndMove();
        }
        calculation.run();
        optimiser.end();
        double total = 0;
        Losses first = null;
        for (Lesson lesson : lessons) {
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
                lessons = List.of(one.lesson);
                solution.forget();
                draw(past);
                solveAndMove();
            }
        }
        lessons = List.of();
    }

    /** The lessons of a step. */
    private void choose(long step) {
        int begun = Arrays.binarySearch(stages, step);
        begun = begun >= 0 ? begun + 1 : -begun - 1;
        boolean same = begun == stage;
        stage = begun;
        int count = 0;
        for (int i = 0; i < assigned.size(); i++) {
            if (assigned.get(i).takesPart(step)) {
                same &= count < lessons.size() && lessons.get(count) == assigned.get(i).lesson;
                count++;
            }
        }
        if (same && count == lessons.size()) {
            return;
        }
        lessons = new ArrayList<>();
        boolean staysOnDevice = contexts.length == 1 && reducer.staysOnDevice();
        boolean solvesOnDevice = contexts.length == 1;
        solves = false;
        for (Assigned one : assigned) {
            if (one.takesPart(step)) {
                lessons.add(one.lesson);
                solves |= one.lesson.solves();
                staysOnDevice &= one.lesson.staysOnDevice();
                solvesOnDevice &= one.lesson.solvesOnDevice();
            }
        }
        solution.forget();
        calculation.forget();
        solution.allow(solvesOnDevice);
        calculation.allow(staysOnDevice);
    }

    private void draw(long step) {
        for (int i = 0; i < lessons.size(); i++) {
            lessons.get(i).draw(step, contexts[0]);
        }
    }

    private void solveAndMove() {
        solution.run();
        for (int i = 0; i < lessons.size(); i++) {
            if (lessons.get(i).solves()) {
                lessons.get(i).between(contexts[0]);
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
        for (int i = 0; i < lessons.size(); i++) {
            lessons.get(i).update();
        }
        if (follower != null) {
            pool.run(AverageCopy.PARTS, follower.copy);
            pool.run(AverageCopy.PARTS, follower.prepare);
        }
    }

    private void solveLane(int worker, int lane) {
        for (int i = 0; i < lessons.size(); i++) {
            Lesson lesson = lessons.get(i);
            for (int block = lane; lesson.solves() && block < lesson.blocks(); block += lanes) {
                lesson.solve(workers.get(worker), block);
            }
        }
    }

    private void learnLane(int worker, int lane) {
        for (int i = 0; i < lessons.size(); i++) {
            Lesson lesson = lessons.get(i);
            for (int block = lane; block < lesson.blocks(); block += lanes) {
                lesson.learn(workers.get(worker), block, optimiser.lane(lane), i > 0 || block != lane);
            }
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
