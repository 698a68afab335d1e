package io.bootdistill.examples;

import io.bootdistill.Progress;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows a run as a progress bar on a terminal: steps, time left, rate, loss. */
final class BarReport extends TrainingReport {

    private static final String ERASE_LINE = "\r\033[K";

    private final PrintStream terminal;
    private ProgressBar bar;

    BarReport(StopRequest stop, PrintStream terminal) {
        super(stop);
        this.terminal = terminal;
    }

    @Override
    public void preparing(int done, int total) {
        super.preparing(done, total);
        if (done == 0) {
            open(config() == null ? "pictures of the stage before" : "teacher samples", total, 0);
        }
        bar.stepTo(done);
        if (done == total) {
            end();
        }
    }

    @Override
    public boolean shouldStop() {
        if (bar == null) {
            open("distilling", config().steps(), step());
        }
        if (config() != null) { // a step is done
            bar.step();
        }
        return super.shouldStop();
    }

    @Override
    public void progress(Progress p) {
        super.progress(p);
        bar.setExtraMessage(String.format(Locale.ROOT, " %.0f images/s, loss %.4f", p.imagesPerSecond(), p.loss()));
    }

    @Override
    public void quality(Quality quality) {
        super.quality(quality);
        terminal.println(ERASE_LINE + describe(quality));
    }

    private void open(String task, long steps, long done) {
        bar = new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(steps)
                .startsFrom(done, Duration.ZERO)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(250)
                .setConsumer(new ConsoleProgressBarConsumer(terminal))
                .build();
    }

    @Override
    void end() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
