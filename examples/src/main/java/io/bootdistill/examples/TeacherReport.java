package io.bootdistill.examples;

import io.bootdistill.Progress;
import io.bootdistill.TeacherTrainingListener;
import io.bootdistill.config.TeacherTrainingConfig;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** Shows the training of a teacher in plain lines. */
final class TeacherReport implements TeacherTrainingListener {

    private final PrintWriter err;
    private TeacherTrainingConfig config;
    private long firstStep;
    private Progress last;

    TeacherReport(PrintWriter err) {
        this.err = err;
    }

    @Override
    public void preparing(int done, int count) {
        if (done % 1000 == 0 || done == count) {
            err.printf(Locale.ROOT, "encoded %d of %d pictures%n", done, count);
        }
    }

    @Override
    public void started(TeacherTrainingConfig config, long firstStep) {
        this.config = config;
        this.firstStep = firstStep;
        err.printf(Locale.ROOT, "training: steps %d to %d of batch %d, %d workers%n",
                firstStep, config.steps(), config.work().batch(), config.work().workers());
    }

    @Override
    public void progress(Progress p) {
        last = p;
        err.printf(Locale.ROOT, "step %d/%d  loss %.4f  %.0f images/s  %s left%n",
                p.step(), p.steps(), p.loss(), p.imagesPerSecond(), Times.clock(Duration.ofSeconds((long) p.secondsLeft())));
    }

    /** The configuration of the run; null before it has started. */
    TeacherTrainingConfig config() {
        return config;
    }

    /** Steps that an earlier part of the run has done. */
    long firstStep() {
        return firstStep;
    }

    /** Steps done, as last reported. */
    long step() {
        return last == null ? firstStep : last.step();
    }

    /** The last report; null if there was none. */
    Progress last() {
        return last;
    }
}
