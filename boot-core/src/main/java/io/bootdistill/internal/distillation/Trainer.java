package io.bootdistill.internal.distillation;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.internal.training.Optimiser;
import io.bootdistill.internal.training.Step;
import io.bootdistill.internal.training.TrainingState;
import io.bootdistill.internal.work.Replay;
import io.bootdistill.internal.work.WorkerPool;
import io.bootdistill.objective.ResidualWeighting;

/**
 * Runs training steps: draws a batch, lets workers take its blocks through the networks, and lets the {@link Optimiser} update
 * the student. Workers meet a few times per step; the result does not depend on their number. One worker has its step captured
 * by the device and replayed, unless the host takes part.
 */
public final class Trainer implements AutoCloseable {

    private final DistillationConfig config;
    private final TrainingState state;
    private final Batch batch;
    private final BatchMemory memory;
    private final int lanes;
    private final Scope scope = new Scope();
    private final BlockWorker[] workers;
    private final WorkerPool pool;
    private final Optimiser optimiser;
    private final CorrectorBatch corrected;
    private final Optimiser onlineOptimiser;
    private final TrajectoryBuffer trajectories;
    private final Replay solution;
    private final Replay calculation;

    /** The job of a step, made once: a step allocates nothing. */
    private final WorkerPool.Task runLane = this::runLane;

    private final WorkerPool.Task solveLane = this::solveLane;

    private final float[] residual;
    private final ResidualWeighting residualWeighting;

    /** Whether the step regresses on trajectories. */
    private boolean isRegression;

    /** Whether the step has samples of the corrector. */
    private boolean isCorrected;

    /** @param isMoving whether the teacher changes between steps: then its trajectories are part of the state */
    public Trainer(
            DistillationConfig config, TeacherModel teacher, boolean isMoving, TrainingState state, Batch batch,
            CorrectorBatch corrected, Guidance guidance) {
        this.config = config;
        this.state = state;
        this.batch = batch;
        this.corrected = corrected == null ? null : scope.own(corrected);
        lanes = Math.min(config.lanes(), batch.blocks);
        residual = new float[config.batch()];
        residualWeighting = config.residualWeighting();
        Device device = state.student.device();
        workers = new BlockWorker[device.workers(Math.min(config.workers(), lanes))];
        Kernels[] contexts = new Kernels[workers.length];
        try {
            memory = scope.own(new BatchMemory(batch, device));
            trajectories = batch.trajectories == null
                    ? null : scope.own(new TrajectoryBuffer(batch, teacher, device, isMoving));
            state.trajectories = trajectories == null ? null : trajectories.saved();
            for (int i = 0; i < workers.length; i++) {
                workers[i] = scope.own(new BlockWorker(
                        config, teacher, state.target, state.student, guidance,
                        state.online == null ? null : state.online.student, trajectories));
                contexts[i] = workers[i].kernels;
            }
            pool = scope.own(new WorkerPool(workers.length));
            optimiser = scope.own(new Optimiser(config.optimiser(), state, lanes, contexts, pool));
            onlineOptimiser = corrected == null ? null
                    : scope.own(new Optimiser(
                            config.onlineOptimiser(), state.online, Math.min(lanes, corrected.blocks()), contexts, pool));
            boolean isAlone = workers.length == 1;
            solution = scope.own(new Replay(isAlone && workers[0].solvesOnDevice() ? contexts[0] : null, this::solve));
            calculation = scope.own(
                    new Replay(isAlone && workers[0].staysOnDevice() ? contexts[0] : null, this::calculate));
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    /** Runs the next step. */
    public Step run() {
        long step = state.step;
        batch.draw(step);
        memory.upload(workers[0].kernels);
        optimiser.begin();
        boolean corrects = corrected != null && corrected.takesPart(step);
        if (corrects != isCorrected || batch.isRegression() != isRegression) {
            calculation.forget();
            isCorrected = corrects;
            isRegression = batch.isRegression();
        }
        if (corrects) {
            state.online.step = step - config.correctorFirstStep();
            corrected.draw(step, workers[0].kernels);
            onlineOptimiser.begin();
        }
        if (isRegression) {
            solveNew();
            trajectories.gather(workers[0].kernels);
        }
        calculation.run();
        optimiser.end();
        if (corrects) {
            onlineOptimiser.end();
        }
        memory.download(workers[0].kernels, residual);
        return summary(step);
    }

    /** Before a continued run's first step: solves the trajectories again that the steps before it have solved. */
    public void solveHistory() {
        long step = state.step;
        if (step < config.regressions()) {
            for (long past = Math.max(0, step - batch.trajectories.history()); past < step; past++) {
                batch.draw(past);
                memory.upload(workers[0].kernels);
                solveNew();
            }
        }
    }

    /** Solves the trajectories that are new in the step that is drawn, and keeps their signals. */
    private void solveNew() {
        trajectories.upload(workers[0].kernels);
        solution.run();
        trajectories.keep(workers[0].kernels);
    }

    private void solve() {
        pool.run(lanes, solveLane);
    }

    /** All else that the device does in a step: the same calls each time. */
    private void calculate() {
        pool.run(lanes, runLane);
        optimiser.update();
        if (isCorrected) {
            onlineOptimiser.update();
        }
    }

    private void runLane(int worker, int lane) {
        for (int block = lane; block < batch.blocks; block += lanes) {
            workers[worker].run(memory.block(block), optimiser.lane(lane), block != lane);
        }
        for (int block = lane; isCorrected && block < corrected.blocks(); block += lanes) {
            workers[worker].correct(
                    corrected.block(block), optimiser.lane(lane), onlineOptimiser.lane(lane), block != lane);
        }
    }

    private void solveLane(int worker, int lane) {
        for (int block = lane; block < batch.blocks; block += lanes) {
            workers[worker].solve(memory.block(block));
        }
    }

    private double loss(int row) {
        return batch.factor[row] * residualWeighting.weight(residual[row]) * residual[row];
    }

    private Step summary(long step) {
        double loss = 0;
        double bootstrap = 0;
        double boundary = 0;
        for (int i = 0; i < batch.bootstrapSamples; i++) {
            int row = batch.bootstrapRow[i];
            bootstrap += batch.weight[row] * residual[row] / batch.bootstrapSamples;
            loss += loss(row);
        }
        for (int i = 0; i < batch.boundarySamples; i++) {
            int row = batch.boundaryRow[i];
            boundary += (double) residual[row] / batch.boundarySamples;
            loss += loss(row);
        }
        return batch.isRegression()
                ? new Step(loss, 0, 0, optimiser.gradientNorm(), optimiser.rate(step), 0)
                : new Step(loss, bootstrap, boundary, optimiser.gradientNorm(), optimiser.rate(step), batch.delta(step));
    }

    @Override
    public void close() {
        scope.close();
    }
}
