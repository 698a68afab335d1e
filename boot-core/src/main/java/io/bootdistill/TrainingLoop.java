package io.bootdistill;

import io.bootdistill.DistillationListener.Progress;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.internal.training.Step;
import io.bootdistill.internal.training.TrainingState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The steps of a run, of a student or of a teacher, from its state's step on, and the reports between them. */
final class TrainingLoop {

    private final TrainingState state;
    private final long steps;
    private final long reportImages;
    private final long checkpointImages;
    private final Path folder;
    private final Reports reports;
    private final Supplier<Step> step;
    private final Report report;

    /** What a run does with the means since the last report, and at a checkpoint. */
    interface Report {
        void accept(Progress progress, boolean checkpoint) throws IOException;
    }

    /** @param step runs a step and counts it in the state */
    TrainingLoop(DistillationConfig config, TrainingState state, Supplier<Step> step, Report report) {
        this(state, config.steps(), config.reportImages(), config.checkpointImages(), config.folder(),
                new Reports(config, state.step), step, report);
    }

    /** Likewise. */
    TrainingLoop(TeacherTrainingConfig config, TrainingState state, Supplier<Step> step, Report report) {
        this(state, config.steps(), config.reportImages(), config.checkpointImages(), config.folder(),
                new Reports(config, state.step), step, report);
    }

    private TrainingLoop(
            TrainingState state, long steps, long reportImages, long checkpointImages, Path folder, Reports reports,
            Supplier<Step> step, Report report) {
        this.state = state;
        this.steps = steps;
        this.reportImages = reportImages;
        this.checkpointImages = checkpointImages;
        this.folder = folder;
        this.reports = reports;
        this.step = step;
        this.report = report;
    }

    /**
     * Runs to the end, or until a step after which it should stop.
     *
     * @throws TrainingDivergedException if a loss or a gradient is no longer finite
     */
    void run(BooleanSupplier shouldStop) throws IOException {
        boolean stop = false;
        while (!isOver() && !stop) {
            step();
            stop = shouldStop.getAsBoolean();
            report(stop || isCheckpointDue());
        }
    }

    boolean isOver() {
        return state.step >= steps;
    }

    void step() {
        Step done = step.get();
        if (!Double.isFinite(done.loss()) || !Double.isFinite(done.gradientNorm())) {
            throw new TrainingDivergedException(state.step, done.loss(), folder);
        }
        reports.add(done);
    }

    /** Whether the step that ended now is the last, or passed an interval. */
    boolean isCheckpointDue() {
        return isOver() || reports.crossed(state.step, checkpointImages);
    }

    /** Reports what was done since the last report: at a checkpoint, or if it is time to. */
    void report(boolean checkpoint) throws IOException {
        if (reports.count(state.step) > 0 && (checkpoint || reports.crossed(state.step, reportImages))) {
            report.accept(reports.take(state.step), checkpoint);
            reports.restart();
        }
    }
}
