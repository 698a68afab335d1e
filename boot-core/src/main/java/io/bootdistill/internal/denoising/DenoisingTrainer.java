package io.bootdistill.internal.denoising;

import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.device.Kernels;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.training.AverageCopy;
import io.bootdistill.internal.training.Optimiser;
import io.bootdistill.internal.training.Step;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.internal.work.WorkerPool;
import io.bootdistill.network.Model;

/**
 * Runs steps of denoising training: draws a batch, lets workers take its blocks through the network, and lets the
 * {@link Optimiser} update it. The result does not depend on the number of workers.
 */
public final class DenoisingTrainer implements AutoCloseable {

    private final TrainingState state;
    private final DenoisingBatch batch;
    private final int lanes;
    private final Scope scope = new Scope();
    private final DenoisingWorker[] workers;
    private final Kernels[] contexts;
    private final WorkerPool pool;
    private final Optimiser optimiser;
    private final WorkerPool.Task runLane = this::runLane;
    private final float[] residual;

    /** A model that has the averaged weights after each step; null for none. */
    private AverageCopy follower;

    public DenoisingTrainer(TeacherTrainingConfig config, TrainingState state, DenoisingBatch batch, ImageSource images) {
        this.state = state;
        this.batch = batch;
        lanes = Math.min(config.lanes(), batch.blocks);
        residual = new float[config.batch()];
        workers = new DenoisingWorker[state.student.device().workers(Math.min(config.workers(), lanes))];
        contexts = new Kernels[workers.length];
        try {
            for (int i = 0; i < workers.length; i++) {
                workers[i] = scope.own(new DenoisingWorker(images, state.student, config.block()));
                contexts[i] = workers[i].kernels;
            }
            pool = scope.own(new WorkerPool(workers.length));
            optimiser = scope.own(new Optimiser(config.optimiser(), state, lanes, contexts, pool));
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    /** Runs the next step; its loss is the mean squared error of the network's output. */
    public Step run() {
        long step = state.step;
        batch.draw(step);
        optimiser.begin();
        pool.run(lanes, runLane);
        optimiser.update();
        if (follower != null) {
            pool.run(AverageCopy.PARTS, follower.copy);
            pool.run(AverageCopy.PARTS, follower.prepare);
        }
        optimiser.end();
        double loss = 0;
        for (float square : residual) {
            loss += square / residual.length;
        }
        return new Step(loss, loss, 0, optimiser.gradientNorm(), optimiser.rate(step), 0);
    }

    /** Gives a model of the same network the averaged weights after each step from now on. */
    public void follow(Model model) {
        follower = new AverageCopy(state, model, contexts);
    }

    private void runLane(int worker, int lane) {
        for (int block = lane; block < batch.blocks; block += lanes) {
            workers[worker].run(batch, block, optimiser.lane(lane), block != lane, residual);
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
