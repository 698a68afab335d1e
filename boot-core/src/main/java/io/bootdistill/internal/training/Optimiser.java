package io.bootdistill.internal.training;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.internal.device.AdamStep;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.work.WorkerPool;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.Reducer;
import io.bootdistill.lesson.UpdateRule;
import io.bootdistill.network.Gradients;
import java.util.ArrayList;
import java.util.List;

/**
 * The second half of every training step: sums the gradient lanes, limits their norm, and updates the weights, the moments
 * and the moving averages. All workers share each pass; the result does not depend on their number.
 */
public final class Optimiser implements AutoCloseable {

    /** Pieces of the flat passes: more than workers, so that they share evenly. */
    private static final int PARTS = 16;

    /** A range of the flat buffers and the numbers of its step. */
    private record Segment(long from, long to, Slice step) {}

    private final OptimiserConfig config;
    private final Rounds rounds;
    private final int batch;
    private final TrainingState state;
    private final Kernels[] contexts;
    private final WorkerPool pool;
    private final Scope scope = new Scope();
    private final GradientLanes lanes;
    private final Slice adam;

    /** Null where Adam updates everything. */
    private final Muon muon;

    /** The step of Adam's pass over Muon's matrices, which leaves the moments alone: decay and moving average. */
    private final Slice matrixStep;

    private final Segment[] segments;
    private final float[] numbers = new float[AdamStep.COUNT];

    /** The jobs of a step, made once: a step allocates nothing. */
    private final WorkerPool.Task reduce = this::reducePart;

    private final WorkerPool.Task updateMatrix = this::updateMatrix;
    private final WorkerPool.Task update = this::updateSegment;
    private final WorkerPool.Task prepare = this::preparePart;
    private final WorkerPool.Task follow = this::followPart;
    private final WorkerPool.Task prepareTarget = this::prepareTargetPart;

    /**
     * Prepares the updates. Contexts and pool, one context per worker, stay the caller's.
     *
     * @param rounds of the run: in each the rate rises, and is 0 at its end
     * @param batch samples of a step
     */
    public Optimiser(
            OptimiserConfig config, Rounds rounds, int batch, TrainingState state, int lanes, Reducer reducer,
            Kernels[] contexts, WorkerPool pool) {
        this.config = config;
        this.rounds = rounds;
        this.batch = batch;
        this.state = state;
        this.contexts = contexts;
        this.pool = pool;
        try {
            this.lanes = scope.own(new GradientLanes(state.student, lanes, reducer));
            adam = scope.own(state.student.device().allocate(AdamStep.COUNT)).slice();
            matrixStep = scope.own(state.student.device().allocate(AdamStep.COUNT)).slice();
            List<Muon.View> views =
                    config.rule() == UpdateRule.MUON ? Muon.views(state.student.graph().layout()) : List.of();
            muon = views.isEmpty() ? null : scope.own(new Muon(views, state, this.lanes.sum(), contexts));
            segments = segments(Muon.ranges(views));
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    public Gradients lane(int index) {
        return lanes.lane(index);
    }

    /** Sets the numbers of a step, from 0 on. */
    public void begin(long step) {
        setNumbers(step);
        contexts[0].upload(numbers, 0, adam);
        if (muon != null) {
            numbers[AdamStep.BETA1] = 1;
            numbers[AdamStep.BETA2] = 1;
            numbers[AdamStep.CORRECTION1] = 0;
            contexts[0].upload(numbers, 0, matrixStep);
            muon.begin(contexts[0], rate(step));
        }
    }

    /** Updates the state by the gradient in the lanes: the same calls each time, without a transfer. */
    public void update() {
        pool.run(PARTS, reduce);
        contexts[0].clip(lanes.partialNorms(), lanes.chunks(), adam);
        if (muon != null) {
            pool.run(muon.count(), updateMatrix);
        }
        pool.run(segments.length, update);
        pool.run(PARTS, prepare);
        if (state.hasTarget()) {
            pool.run(PARTS, follow);
            pool.run(PARTS, prepareTarget);
        }
    }

    /** Fetches the figures of the update; waits for the step. */
    public void end() {
        contexts[0].download(adam, numbers, 0);
    }

    /** The global norm of the last step's gradient, before its limit. */
    public double gradientNorm() {
        return numbers[AdamStep.NORM];
    }

    /** The rate at a step: linear warm-up, then a cosine to zero at the end of its round. */
    public double rate(long step) {
        long since = step - rounds.first(step);
        double images = (double) (since + 1) * batch;
        double rise = config.warmupImages() == 0 ? 1 : Math.min(1, images / config.warmupImages());
        double progress = (double) since / rounds.length(step);
        return config.rate() * rise * 0.5 * (1 + Math.cos(Math.PI * progress));
    }

    private void setNumbers(long step) {
        long updates = step - rounds.first(step) + 1;
        numbers[AdamStep.RATE] = (float) rate(step);
        numbers[AdamStep.DECAY] = (float) config.decay();
        numbers[AdamStep.BETA1] = (float) config.beta1();
        numbers[AdamStep.BETA2] = (float) config.beta2();
        numbers[AdamStep.EPSILON] = 1e-8f;
        numbers[AdamStep.CORRECTION1] = (float) (1 / (1 - Math.pow(config.beta1(), updates)));
        numbers[AdamStep.CORRECTION2] = (float) (1 / (1 - Math.pow(config.beta2(), updates)));
        numbers[AdamStep.EMA_RATE] =
                (float) (config.emaHalfLife() == 0 ? 1 : 1 - Math.pow(0.5, batch / config.emaHalfLife()));
        numbers[AdamStep.MAX_NORM] = (float) config.clip();
    }

    private void reducePart(int worker, int part) {
        lanes.reduce(contexts[worker], part, PARTS);
    }

    private void updateMatrix(int worker, int matrix) {
        muon.update(contexts[worker], worker, matrix);
    }

    private void updateSegment(int worker, int index) {
        Segment s = segments[index];
        contexts[worker].adamW(
                s.step, s.from, s.to, lanes.sum(), state.student.parameters(), state.m(), state.v(), state.ema());
    }

    /** Cuts the flat buffers where matrices begin and end, and into pieces of at most a part. */
    private Segment[] segments(List<Muon.Range> matrices) {
        List<Segment> segments = new ArrayList<>();
        long end = 0;
        for (Muon.Range matrix : matrices) {
            cut(segments, end, matrix.from(), adam);
            cut(segments, matrix.from(), matrix.to(), matrixStep);
            end = matrix.to();
        }
        cut(segments, end, state.length, adam);
        return segments.toArray(Segment[]::new);
    }

    private void cut(List<Segment> segments, long from, long to, Slice step) {
        long most = state.length / PARTS + 1;
        for (long first = from; first < to; first += most) {
            segments.add(new Segment(first, Math.min(to, first + most), step));
        }
    }

    private void preparePart(int worker, int part) {
        state.student.prepare(contexts[worker], part, PARTS);
    }

    private void followPart(int worker, int part) {
        state.follow(contexts[worker], part, PARTS);
    }

    private void prepareTargetPart(int worker, int part) {
        state.target.prepare(contexts[worker], part, PARTS);
    }

    @Override
    public void close() {
        scope.close();
    }
}
