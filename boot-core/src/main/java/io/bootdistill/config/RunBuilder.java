package io.bootdistill.config;

import io.bootdistill.internal.work.Checks;
import io.bootdistill.lesson.OptimiserConfig;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The values that all runs have, and shortcuts to what is set most. A group checks its values when it is set. */
abstract class RunBuilder<B extends RunBuilder<B>> {

    Length length;
    Work work = Work.defaults();
    long seed;
    OptimiserConfig optimiser;
    Output output;

    RunBuilder(Length length, OptimiserConfig optimiser, Output output) {
        this.length = length;
        this.optimiser = optimiser;
        this.output = output;
    }

    @SuppressWarnings("unchecked")
    private B self() {
        return (B) this;
    }

    final void set(Length length, Work work, long seed, OptimiserConfig optimiser, Output output) {
        this.length = length;
        this.work = work;
        this.seed = seed;
        this.optimiser = optimiser;
        this.output = output;
    }

    /** How long the run is. */
    public B length(Length length) {
        this.length = Checks.notNull("length", length);
        return self();
    }

    /** So many images for the whole run, a multiple of the batch. */
    public B images(long images) {
        return length(Length.images(images));
    }

    /** As many images as fit into so many minutes, at least 1, by a short timing at the start. */
    public B minutes(double minutes) {
        return length(Length.time(Duration.ofMillis((long) (minutes * 60_000))));
    }

    /** How the work of a step is divided. */
    public B work(Work work) {
        this.work = Checks.notNull("work", work);
        return self();
    }

    /** Samples of a step, see {@link Work}. */
    public B batch(int batch) {
        return work(work.withBatch(batch));
    }

    /** Samples that a worker takes at once, see {@link Work}. */
    public B block(int block) {
        return work(work.withBlock(block));
    }

    /** Gradient sums, see {@link Work}. */
    public B lanes(int lanes) {
        return work(work.withLanes(lanes));
    }

    /** Threads, see {@link Work}. */
    public B workers(int workers) {
        return work(work.withWorkers(workers));
    }

    /** Seed of all random numbers. */
    public B seed(long seed) {
        this.seed = seed;
        return self();
    }

    /** How a gradient changes the weights. */
    public B optimiser(OptimiserConfig optimiser) {
        this.optimiser = Checks.notNull("optimiser", optimiser);
        return self();
    }

    /** Peak of the rate, in (0, 1]. */
    public B learningRate(double rate) {
        return optimiser(optimiser.withRate(rate));
    }

    /** What the run tells, and where. */
    public B output(Output output) {
        this.output = Checks.notNull("output", output);
        return self();
    }

    /** Where the run writes; null for nowhere. */
    public B folder(@Nullable Path folder) {
        return output(output.withFolder(folder));
    }

    /** Images between reports, see {@link Output}. */
    public B reportImages(long reportImages) {
        return output(output.withReportImages(reportImages));
    }

    /** Images between checkpoints, see {@link Output}. */
    public B checkpointImages(long checkpointImages) {
        return output(output.withCheckpointImages(checkpointImages));
    }
}
