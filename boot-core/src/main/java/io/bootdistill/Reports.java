package io.bootdistill;

import io.bootdistill.DistillationListener.Progress;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.internal.training.Step;
import java.util.function.LongSupplier;

/** Sums up steps between reports. The clock counts training alone: {@link #restart} it after other work. */
public final class Reports {

    private final long steps;
    private final int batch;
    private final LongSupplier nanoTime;
    private long since;
    private long started;
    private double loss;
    private double bootstrap;
    private double boundary;
    private double gradientNorm;
    private Step last;

    Reports(DistillationConfig config, long step) {
        this(config, step, System::nanoTime);
    }

    Reports(TeacherTrainingConfig config, long step) {
        this(config.steps(), config.batch(), step, System::nanoTime);
    }

    Reports(DistillationConfig config, long step, LongSupplier nanoTime) {
        this(config.steps(), config.batch(), step, nanoTime);
    }

    private Reports(long steps, int batch, long step, LongSupplier nanoTime) {
        this.steps = steps;
        this.batch = batch;
        this.nanoTime = nanoTime;
        since = step;
        restart();
    }

    /** Starts the clock again, after an evaluation and the writing of files. */
    void restart() {
        started = nanoTime.getAsLong();
    }

    void add(Step step) {
        loss += step.loss();
        bootstrap += step.bootstrap();
        boundary += step.boundary();
        gradientNorm += step.gradientNorm();
        last = step;
    }

    /** Whether the step that ended now passed a multiple of an interval in images. */
    public boolean crossed(long step, long interval) {
        return step * batch / interval != (step - 1) * batch / interval;
    }

    /** Steps since the last report. */
    long count(long step) {
        return step - since;
    }

    /** The means since the last report, and a new start. */
    Progress take(long step) {
        long count = count(step);
        double seconds = (nanoTime.getAsLong() - started) * 1e-9;
        double speed = count * batch / seconds;
        Progress progress = new Progress(
                step, steps, step * batch, loss / count, bootstrap / count, boundary / count,
                gradientNorm / count, last.rate(), last.delta(), speed,
                (steps - step) * batch / speed);
        since = step;
        loss = 0;
        bootstrap = 0;
        boundary = 0;
        gradientNorm = 0;
        restart();
        return progress;
    }
}
