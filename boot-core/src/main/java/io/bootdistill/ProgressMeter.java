package io.bootdistill;

import io.bootdistill.internal.training.Trainer.Step;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Sums up steps between reports. The clock counts training alone: {@link #restart} it after other work. */
final class ProgressMeter {

    private final long steps;
    private final int batch;
    private final LongSupplier nanoTime;
    private long since;
    private long started;
    private double loss;
    private double bootstrap;
    private double boundary;
    private double gradientNorm;
    private @Nullable Step last;

    /** @param step steps done before */
    ProgressMeter(long steps, int batch, long step, LongSupplier nanoTime) {
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
        loss += step.losses().total();
        bootstrap += step.losses().bootstrap();
        boundary += step.losses().boundary();
        gradientNorm += step.gradientNorm();
        last = step;
    }

    /** Whether the step that ended now passed a multiple of an interval in images. */
    boolean crossed(long step, long interval) {
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
                step, steps, step * batch, loss / count, bootstrap / count, boundary / count, gradientNorm / count, last.rate(),
                last.losses().delta(), speed, (steps - step) * batch / speed);
        since = step;
        loss = 0;
        bootstrap = 0;
        boundary = 0;
        gradientNorm = 0;
        restart();
        return progress;
    }
}
