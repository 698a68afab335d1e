package io.bootdistill.examples;

import io.bootdistill.Teacher;
import io.bootdistill.diffusion.DrawRequest;
import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows on a terminal how far a pipeline's drawing is, and how long it will take. */
final class DrawingReport {

    private DrawingReport() {}

    /** @param latents whether they are wanted rather than pictures */
    static float[] draw(Teacher teacher, DrawRequest request, boolean latents) {
        if (!Boot.onTerminal()) {
            return latents ? teacher.latents(request, null) : teacher.pixels(request, null);
        }
        PrintStream terminal = System.err;
        long steps = (long) request.count() * request.steps().orElse(teacher.usualSteps());
        try (ProgressBar bar = new ProgressBarBuilder()
                .setTaskName("drawing")
                .setInitialMax(steps)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(250)
                .setConsumer(new ConsoleProgressBarConsumer(terminal))
                .build()) {
            return latents ? teacher.latents(request, (step, from, n, x) -> bar.stepBy(n))
                    : teacher.pixels(request, (step, from, n, x) -> bar.stepBy(n));
        }
    }
}
