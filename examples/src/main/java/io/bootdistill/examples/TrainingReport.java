package io.bootdistill.examples;

import io.bootdistill.DistillationListener;
import io.bootdistill.Progress;
import io.bootdistill.config.DistillationConfig;
import java.util.Locale;

/** Shows a run. */
abstract class TrainingReport implements DistillationListener {

    private DistillationConfig config;
    private long firstStep;
    private long step;
    private Quality quality;
    private String collapse;

    @Override
    public void started(DistillationConfig config, long firstStep) {
        this.config = config;
        this.firstStep = firstStep;
        step = firstStep;
    }

    @Override
    public void progress(Progress progress) {
        step = progress.step();
    }

    @Override
    public void quality(Quality quality) {
        this.quality = quality;
        collapse = null;
    }

    @Override
    public void collapsed(Quality quality, String reason) {
        collapse = reason;
    }

    /** The configuration of the run; null before it has started. */
    DistillationConfig config() {
        return config;
    }

    /** Steps that an earlier part of the run has done. */
    long firstStep() {
        return firstStep;
    }

    /** Steps done, as last reported. */
    long step() {
        return step;
    }

    /** The last quality figures; null if there are none. */
    Quality quality() {
        return quality;
    }

    /** Why the last quality figures are those of a collapse; null if they are not. */
    String collapse() {
        return collapse;
    }

    static String describe(Quality quality) {
        return String.format(Locale.ROOT, "step %d: paired RMSE %.4f, diversity %.2f",
                quality.step(), quality.pairedRmse(), quality.diversity());
    }

    /** Nothing more will come. */
    void end() {}
}
