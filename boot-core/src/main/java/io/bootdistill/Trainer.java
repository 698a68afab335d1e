package io.bootdistill;

import io.bootdistill.device.AdamStep;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Scope;
import io.bootdistill.device.Slice;

/**
 * Runs training steps: draws a batch, lets workers take its blocks through the networks, sums the gradient lanes, updates the
 * student. Workers meet three times per step; the result does not depend on their number.
 */
final class Trainer implements AutoCloseable {

    /** Pieces of the flat passes: more than workers, so that they share evenly. */
    private static final int PARTS = 16;

    private final DistillationConfig config;
    private final TrainingState state;
    private final Batch batch;
    private final int lanes;
    private final Scope scope = new Scope();
    private final BlockWorker[] workers;
    private final Reducer reducer;
    private final Slice adam;
    private final WorkerPool pool;

    /** The jobs of a step, made once: a step allocates nothing. */
    private final WorkerPool.Task runLane = this::runLane;

    private final WorkerPool.Task reduce = this::reduce;
    private final WorkerPool.Task update = this::update;
    private final WorkerPool.Task prepare = this::prepare;
    private final WorkerPool.Task follow = this::follow;
    private final WorkerPool.Task prepareTarget = this::prepareTarget;
    private final float[] numbers = new float[AdamStep.COUNT];
    private final float[] residual;

    /** Losses and figures of a step. */
    record Step(double loss, double bootstrap, double boundary, double gradientNorm, double rate, double delta) {}

    Trainer(
            DistillationConfig config, Teacher teacher, TrainingState state, Batch batch, Guidance guidance, double clip) {
        this.config = config;
        this.state = state;
        this.batch = batch;
        lanes = Math.min(config.lanes(), batch.blocks);
        residual = new float[config.batch()];
        workers = new BlockWorker[Math.min(config.workers(), lanes)];
        try {
            for (int i = 0; i < workers.length; i++) {
                workers[i] = scope.own(new BlockWorker(config, teacher, state.target, state.student, guidance, clip));
            }
            reducer = scope.own(new Reducer(state.student, lanes));
            adam = scope.own(state.student.device().allocate(AdamStep.COUNT)).slice();
            pool = scope.own(new WorkerPool(workers.length));
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    /** Runs the next step. */
    Step run() {
        long step = state.step;
        batch.draw(step);
        pool.run(lanes, runLane);
        double rate = rate(step);
        setAdam(step, rate);
        Kernels kernels = workers[0].kernels;
        kernels.upload(numbers, 0, adam);
        pool.run(PARTS, reduce);
        kernels.clip(reducer.partialNorms(), reducer.chunks(), adam);
        pool.run(PARTS, update);
        pool.run(PARTS, prepare);
        if (state.hasTarget()) {
            pool.run(PARTS, follow);
            pool.run(PARTS, prepareTarget);
        }
        kernels.download(adam, numbers, 0);
        state.step = step + 1;
        return summary(step, rate);
    }

    private void runLane(int worker, int lane) {
        for (int block = lane; block < batch.blocks; block += lanes) {
            workers[worker].run(batch, block, reducer.lane(lane), block != lane, residual);
        }
    }

    private void reduce(int worker, int part) {
        reducer.reduce(workers[worker].kernels, part, PARTS);
    }

    private void update(int worker, int part) {
        workers[worker].kernels.adamW(
                adam, state.length * part / PARTS, state.length * (part + 1) / PARTS, reducer.sum(),
                state.student.parameters(), state.m(), state.v(), state.ema());
    }

    private void prepare(int worker, int part) {
        state.student.prepare(workers[worker].kernels, part, PARTS);
    }

    private void follow(int worker, int part) {
        state.follow(workers[worker].kernels, part, PARTS);
    }

    private void prepareTarget(int worker, int part) {
        state.target.prepare(workers[worker].kernels, part, PARTS);
    }

    /** Linear warm-up, then a cosine to zero at the end of the run. */
    private double rate(long step) {
        double images = (double) (step + 1) * config.batch();
        double rise = config.warmupImages() == 0 ? 1 : Math.min(1, images / config.warmupImages());
        double progress = (double) step / config.steps();
        return config.learningRate() * rise * 0.5 * (1 + Math.cos(Math.PI * progress));
    }

    private void setAdam(long step, double rate) {
        numbers[AdamStep.RATE] = (float) rate;
        numbers[AdamStep.DECAY] = (float) config.weightDecay();
        numbers[AdamStep.BETA1] = (float) config.beta1();
        numbers[AdamStep.BETA2] = (float) config.beta2();
        numbers[AdamStep.EPSILON] = 1e-8f;
        numbers[AdamStep.CORRECTION1] = (float) (1 / (1 - Math.pow(config.beta1(), step + 1)));
        numbers[AdamStep.CORRECTION2] = (float) (1 / (1 - Math.pow(config.beta2(), step + 1)));
        numbers[AdamStep.EMA_RATE] =
                (float) (config.emaHalfLife() == 0 ? 1 : 1 - Math.pow(0.5, config.batch() / config.emaHalfLife()));
        numbers[AdamStep.MAX_NORM] = (float) config.gradientClip();
    }

    private Step summary(long step, double rate) {
        double loss = 0;
        double bootstrap = 0;
        double boundary = 0;
        for (int i = 0; i < batch.bootstrapSamples; i++) {
            int row = batch.bootstrapRow[i];
            bootstrap += batch.weight[row] * residual[row] / batch.bootstrapSamples;
            loss += batch.factor[row] * residual[row];
        }
        for (int i = 0; i < batch.boundarySamples; i++) {
            int row = batch.boundaryRow[i];
            boundary += (double) residual[row] / batch.boundarySamples;
            loss += batch.factor[row] * residual[row];
        }
        return new Step(loss, bootstrap, boundary, numbers[AdamStep.NORM], rate, batch.delta(step));
    }

    @Override
    public void close() {
        scope.close();
    }
}
