package io.bootdistill.examples.ablation;

import io.bootdistill.examples.ruler.HeldOutSamples.Progress;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * What the runs of an ablation share.
 *
 * @param out the ablation's folder
 * @param subject what they distil
 * @param setting what else they have in common
 * @param gauge what measures them
 * @param paces how much recipes get done in a minute
 * @param stop whether to stop soon
 * @param log where progress is told
 */
record Bench(
        Path out, Subject subject, Setting setting, Gauge gauge, Paces paces, BooleanSupplier stop, Consumer<String> log) {

    /** Ends the sampling of a model if all is to stop: by a {@link CancellationException}. */
    Progress untilStopped() {
        return (done, total) -> {
            if (stop.getAsBoolean()) {
                throw new CancellationException("stopped while sampling");
            }
        };
    }
}
