package io.bootdistill;

import io.bootdistill.DistillationListener.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The steps of a run, of a student or of a teacher, to its end or until its listener stops it.
 *
 * @param steps of the whole run
 * @param reportImages images between reports
 * @param checkpointImages images between checkpoints
 * @param folder where a run that diverges left its last checkpoint; null for nowhere
 * @param shouldStop asked after each step
 * @param report called at each interval, and after the last step
 */
record TrainingLoop(
        long steps, long reportImages, long checkpointImages, Path folder, BooleanSupplier shouldStop, Report report) {

    /** What a run does with the means since the last report, and at a checkpoint. */
    interface Report {
        void accept(Progress progress, boolean checkpoint) throws IOException;
    }

    /**
     * Runs from the state's step on.
     *
     * @param step runs a step and counts it in the state
     * @throws TrainingDivergedException if a loss or a gradient is no longer finite
     */
    void run(TrainingState state, Reports reports, Supplier<Trainer.Step> step) throws IOException {
        boolean stop = false;
        while (state.step < steps && !stop) {
            Trainer.Step done = step.get();
            if (!Double.isFinite(done.loss()) || !Double.isFinite(done.gradientNorm())) {
                throw new TrainingDivergedException(state.step, done.loss(), folder);
            }
            reports.add(done);
            stop = shouldStop.getAsBoolean();
            boolean last = state.step == steps || stop;
            boolean checkpoint = last || reports.crossed(state.step, checkpointImages);
            if (checkpoint || reports.crossed(state.step, reportImages)) {
                report.accept(reports.take(state.step), checkpoint);
                reports.restart();
            }
        }
    }
}
