package io.bootdistill;

import io.bootdistill.DistillationListener.Progress;

/** Sums up steps between reports. */
final class Reports {

    private final DistillationConfig config;
    private long since;
    private long started;
    private double loss;
    private double bootstrap;
    private double boundary;
    private double gradientNorm;
    private Trainer.Step last;

    Reports(DistillationConfig config, long step) {
        this.config = config;
        since = step;
        started = System.nanoTime();
    }

    void add(Trainer.Step step) {
        loss += step.loss();
        bootstrap += step.bootstrap();
        boundary += step.boundary();
        gradientNorm += step.gradientNorm();
        last = step;
    }

    /** Whether the step that ended now passed a multiple of an interval in images. */
    boolean crossed(long step, long interval) {
        return step * config.batch() / interval != (step - 1) * config.batch() / interval;
    }

    /** The means since the last report, and a new start. */
    Progress take(long step) {
        long count = step - since;
        double seconds = (System.nanoTime() - started) * 1e-9;
        double speed = count * config.batch() / seconds;
        Progress progress = new Progress(
                step, config.steps(), step * config.batch(), loss / count, bootstrap / count, boundary / count,
                gradientNorm / count, last.rate(), last.delta(), speed,
                (config.steps() - step) * config.batch() / speed);
        since = step;
        loss = 0;
        bootstrap = 0;
        boundary = 0;
        gradientNorm = 0;
        started = System.nanoTime();
        return progress;
    }
}
