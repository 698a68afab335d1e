package io.bootdistill;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Scope;

/**
 * Runs training steps: draws a batch, lets workers take its blocks through the networks, and lets the {@link Optimiser} update
 * the student. Workers meet three times per step; the result does not depend on their number.
 */
final class Trainer implements AutoCloseable {

    private final DistillationConfig config;
    private final TrainingState state;
    private final Batch batch;
    private final int lanes;
    private final Scope scope = new Scope();
    private final BlockWorker[] workers;
    private final WorkerPool pool;
    private final Optimiser optimiser;

    /** The job of a step, made once: a step allocates nothing. */
    private final WorkerPool.Task runLane = this::runLane;

    private final float[] residual;

    /** Losses and figures of a step. */
    record Step(double loss, double bootstrap, double boundary, double gradientNorm, double rate, double delta) {}

    Trainer(DistillationConfig config, Teacher teacher, TrainingState state, Batch batch, Guidance guidance) {
        this.config = config;
        this.state = state;
        this.batch = batch;
        lanes = Math.min(config.lanes(), batch.blocks);
        residual = new float[config.batch()];
        workers = new BlockWorker[Math.min(config.workers(), lanes)];
        Kernels[] contexts = new Kernels[workers.length];
        try {
            for (int i = 0; i < workers.length; i++) {
                workers[i] = scope.own(new BlockWorker(config, teacher, state.student, guidance));
                contexts[i] = workers[i].kernels;
            }
            pool = scope.own(new WorkerPool(workers.length));
            optimiser = scope.own(new Optimiser(config.optimiser(), state, lanes, contexts, pool));
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    /** Runs the next step. */
    Step run() {
        long step = state.step;
        batch.draw(step);
        optimiser.begin();
        pool.run(lanes, runLane);
        optimiser.update();
        optimiser.end();
        return summary(step);
    }

    private void runLane(int worker, int lane) {
        for (int block = lane; block < batch.blocks; block += lanes) {
            workers[worker].run(batch, block, optimiser.lane(lane), block != lane, residual);
        }
    }

    private Step summary(long step) {
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
        return new Step(loss, bootstrap, boundary, optimiser.gradientNorm(), optimiser.rate(step), batch.delta(step));
    }

    @Override
    public void close() {
        scope.close();
    }
}
