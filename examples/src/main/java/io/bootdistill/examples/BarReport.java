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
    private boolean isPreparing;

    BarReport(PrintStream terminal) {
        this.terminal = terminal;
    }

    @Override
    public void preparing(int done, int total) {
        isPreparing = done < total;
        if (done == 0) {
            open(config() == null ? "pictures of the stage before" : "teacher samples", total, 0);
        }
        bar.stepTo(done);
        if (done == total) {
            end();
        }
    }

    /** Asked after each step, and between portions of what is prepared. */
    @Override
    public boolean shouldStop() {
        if (isPreparing) {
            return false;
        }
        if (bar == null) {
            open("distilling", config().steps(), step());
        }
        bar.step();
        return false;
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
