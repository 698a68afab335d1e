package io.bootdistill;

import io.bootdistill.config.Output;
import io.bootdistill.error.NotFiniteException;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.run.RunFolder;
import io.bootdistill.internal.run.Uninterrupted;
import io.bootdistill.internal.training.Checkpoint.Owner;
import io.bootdistill.internal.training.Checkpoint.Saved;
import io.bootdistill.internal.training.Checkpoint;
import io.bootdistill.internal.training.Trainer.Step;
import io.bootdistill.internal.training.Trainer;
import io.bootdistill.internal.training.TrainingState;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One training, of a student or a teacher, alone or as a part of a joint run: its steps and the reports between them. */
final class TrainingRun<M> implements AutoCloseable {

    private final Pupil<M> pupil;
    private final long steps;
    private final int batch;
    private final Output output;
    private final @Nullable RunFolder folder;
    private final @Nullable Owner owner;
    private final Scope scope = new Scope();
    private final TrainingState state;
    private @Nullable Trainer trainer;
    private @Nullable ProgressMeter meter;

    /**
     * Makes the state before the first step.
     *
     * @param pupil taken over, also where this fails
     * @param folder where it writes; null for nowhere
     * @param owner what its checkpoints belong to; null for a part of a joint run, which writes them itself
     */
    TrainingRun(
            Pupil<M> pupil, long steps, int batch, Output output, @Nullable RunFolder folder, @Nullable Owner owner) {
        this.pupil = scope.own(pupil);
        this.steps = steps;
        this.batch = batch;
        this.output = output;
        this.folder = folder;
        this.owner = owner;
        try {
            state = scope.own(pupil.newState());
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    /**
     * Writes all with which the run can go on before it has a checkpoint.
     *
     * @param config as its {@code toJson} has it
     */
    void found(String config) throws IOException {
        if (folder != null) {
            Uninterrupted.run(() -> pupil.found(folder));
            folder.writeConfig(config);
        }
    }

    /**
     * Takes over the state of a run that goes on, and its metrics so far. One without a checkpoint begins anew.
     *
     * @param run its folder, with the checkpoint
     */
    void restore(String prefix, Owner its, RunFolder run) throws IOException {
        if (!run.hasCheckpoint()) {
            return;
        }
        openTrainer();
        Uninterrupted.run(() -> {
            Checkpoint.read(run.checkpoint(), prefix, saved(), its);
            folder.readMetrics(state.step());
        });
        trainer.restored();
    }

    /** Takes over the state alone, of a run that does not go on. */
    void restoreWeights(String prefix, Owner its, RunFolder run) {
        Checkpoint.read(run.checkpoint(), prefix, new Saved(state, Map.of()), its);
    }

    private void openTrainer() {
        if (trainer == null) {
            trainer = scope.own(pupil.newTrainer(state));
        }
    }

    /** Runs to the end, or until a step after which it should stop. */
    M train(RunHandle handle) throws IOException {
        begin(handle);
        boolean stop = false;
        while (!isOver() && !stop) {
            step();
            stop = isStopped(handle, this);
            report(stop || isCheckpointDue());
        }
        return finish();
    }

    /** Whether a run is to end: by its handle, its listeners, or an interrupt, which stays set. */
    static boolean isStopped(RunHandle handle, @Nullable TrainingRun<?>... runs) {
        boolean stop = handle.isStopped() || Thread.currentThread().isInterrupted();
        for (TrainingRun<?> run : runs) {
            stop |= run != null && run.pupil.shouldStop(); // each is asked
        }
        return stop;
    }

    /** Makes ready for the steps that are left. */
    void begin(RunHandle handle) throws IOException {
        pupil.begin(state.step(), handle);
        openTrainer();
        trainer.solveHistory();
        meter = new ProgressMeter(steps, batch, state.step(), System::nanoTime);
    }

    boolean isOver() {
        return state.step() >= steps;
    }

    /** @throws TrainingDivergedException if a loss or a gradient is no longer finite */
    void step() {
        Step done = trainer.run();
        if (!Double.isFinite(done.losses().total())) {
            throw diverged("the loss is " + done.losses().total());
        }
        if (!Double.isFinite(done.gradientNorm())) {
            throw diverged("the gradient's norm is " + done.gradientNorm());
        }
        meter.add(done);
    }

    /** @param what is not finite */
    TrainingDivergedException diverged(String what) {
        String suspect = pupil.suspect();
        return new TrainingDivergedException(
                state.step(), suspect == null ? what + "; use a lower learning rate" : what + ", and so is this: " + suspect,
                output.folder());
    }

    /** Whether the step that ended now is the last, or passed an interval. */
    boolean isCheckpointDue() {
        return isOver() || meter.crossed(state.step(), output.checkpointImages());
    }

    /**
     * What there is to report.
     *
     * @param line of the metrics
     */
    record Report(long step, String line, boolean isCheckpoint) {}

    /** Reports what was done since the last report: at a checkpoint, or if it is time to. */
    void report(boolean checkpoint) throws IOException {
        Report report = tell(checkpoint);
        if (report == null) {
            return;
        }
        if (folder != null) {
            Uninterrupted.run(() -> {
                folder.requireThere();
                if (checkpoint) {
                    writeCheckpoint(report);
                } else {
                    write(report);
                }
            });
        }
        end(report);
    }

    /** Tells the listener, and measures the model at a checkpoint; null if it is not time to, or nothing was done. */
    @Nullable Report tell(boolean checkpoint) throws IOException {
        long step = state.step();
        if (meter.count(step) == 0 || !checkpoint && !meter.crossed(step, output.reportImages())) {
            return null;
        }
        Progress progress = meter.take(step);
        pupil.progress(progress);
        String measured = checkpoint ? pupil.measure(state, progress.images()) : null;
        return new Report(step, pupil.line(progress, measured), checkpoint);
    }

    private void writeCheckpoint(Report report) throws IOException {
        try {
            Checkpoint.write(folder.checkpoint(), Map.of("", saved()), owner, () -> write(report));
        } catch (NotFiniteException e) {
            throw diverged(e.getMessage());
        }
    }

    /** Writes all but the state. */
    void write(Report report) throws IOException {
        folder.addMetrics(report.step, pupil.header(), report.line);
        if (report.isCheckpoint) {
            pupil.write(folder, report.step);
        }
    }

    /** The report is written. */
    void end(Report report) {
        if (report.isCheckpoint) {
            pupil.checkpoint(report.step);
        }
        meter.restart();
    }

    /** All that has changed, for a checkpoint. */
    Saved saved() {
        return new Saved(state, trainer.lessonState());
    }

    Trainer trainer() {
        return trainer;
    }

    TrainingState state() {
        return state;
    }

    /** The model as it is now, which is the caller's from now on. */
    M finish() {
        return pupil.finish(state);
    }

    @Override
    public void close() {
        scope.close();
    }
}
