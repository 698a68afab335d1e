package io.bootdistill;

import io.bootdistill.config.Output;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.run.RunFolder;
import io.bootdistill.internal.run.Uninterrupted;
import io.bootdistill.internal.training.Checkpoint.Saved;
import io.bootdistill.internal.training.Checkpoint;
import io.bootdistill.internal.training.Trainer.Step;
import io.bootdistill.internal.training.Trainer;
import io.bootdistill.internal.training.TrainingState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One training, of a student or a teacher, alone or as a part of a joint run: its steps and the reports between them. */
final class TrainingRun<M> implements AutoCloseable {

    private final Pupil<M> pupil;
    private final long steps;
    private final int batch;
    private final Output output;
    private final @Nullable RunFolder folder;
    private final @Nullable String key;
    private final Scope scope = new Scope();
    private final TrainingState state;
    private @Nullable Trainer trainer;
    private @Nullable ProgressMeter meter;

    /**
     * Makes the state before the first step.
     *
     * @param pupil taken over, also where this fails
     * @param folder where it writes; null for nowhere
     * @param key what identifies the training in its checkpoints; null for a part of a joint run, which writes them itself
     */
    TrainingRun(
            Pupil<M> pupil, long steps, int batch, Output output, @Nullable RunFolder folder, @Nullable String key) {
        this.pupil = scope.own(pupil);
        this.steps = steps;
        this.batch = batch;
        this.output = output;
        this.folder = folder;
        this.key = key;
        try {
            state = scope.own(pupil.newState());
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    /** Takes over the state of a run that goes on, and its metrics so far. */
    void restore(String prefix, String identity, String origin, Path checkpoint) throws IOException {
        openTrainer();
        Uninterrupted.run(() -> {
            Checkpoint.read(checkpoint, prefix, saved(), identity, origin);
            folder.readMetrics(state.step());
        });
        trainer.restored();
    }

    /** Takes over the state alone, of a run that does not go on. */
    void restoreWeights(String prefix, String identity, String origin, Path checkpoint) {
        Checkpoint.read(checkpoint, prefix, new Saved(state, Map.of()), identity, origin);
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
        if (!Double.isFinite(done.losses().total()) || !Double.isFinite(done.gradientNorm())) {
            throw new TrainingDivergedException(state.step(), done.losses().total(), output.folder());
        }
        meter.add(done);
    }

    /** Whether the step that ended now is the last, or passed an interval. */
    boolean isCheckpointDue() {
        return isOver() || meter.crossed(state.step(), output.checkpointImages());
    }

    /** Reports what was done since the last report: at a checkpoint, or if it is time to. */
    void report(boolean checkpoint) throws IOException {
        long step = state.step();
        if (meter.count(step) == 0 || !checkpoint && !meter.crossed(step, output.reportImages())) {
            return;
        }
        Progress progress = meter.take(step);
        pupil.progress(progress);
        String measured = checkpoint ? pupil.measure(state, progress.images()) : null;
        if (folder != null) {
            Uninterrupted.run(() -> write(progress, measured, checkpoint));
        }
        if (checkpoint) {
            pupil.checkpoint(step);
        }
        meter.restart();
    }

    private void write(Progress progress, @Nullable String measured, boolean checkpoint) throws IOException {
        folder.addMetrics(progress.step(), pupil.header(), pupil.line(progress, measured));
        if (checkpoint) {
            if (key != null) {
                Checkpoint.write(folder.checkpoint(), Map.of("", saved()), key);
            }
            pupil.write(folder, progress.step());
        }
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
