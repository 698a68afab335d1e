package io.bootdistill.examples;

import io.bootdistill.Progress;
import io.bootdistill.config.DistillationConfig;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** Shows a run in plain lines. */
final class LineReport extends TrainingReport {

    private final PrintWriter err;

    LineReport(PrintWriter err) {
        this.err = err;
    }

    @Override
    public void started(DistillationConfig config, long firstStep) {
        super.started(config, firstStep);
        err.printf(Locale.ROOT, "distilling: steps %d to %d of batch %d, %d workers%n",
                firstStep, config.steps(), config.work().batch(), config.work().workers());
    }

    @Override
    public void preparing(int done, int total) {
        if (done == 0) {
            err.printf(Locale.ROOT, config() == null ? "drawing %d pictures of the stage before …%n"
                    : "sampling the teacher on %d held-out noises …%n", total);
        }
    }

    @Override
    public void progress(Progress p) {
        super.progress(p);
        err.printf(Locale.ROOT, "step %d/%d  loss %.4f  %.0f images/s  %s left%n",
                p.step(), p.steps(), p.loss(), p.imagesPerSecond(), Times.clock(Duration.ofSeconds((long) p.secondsLeft())));
    }

    @Override
    public void quality(Quality quality) {
        super.quality(quality);
        err.println(describe(quality));
    }
}
