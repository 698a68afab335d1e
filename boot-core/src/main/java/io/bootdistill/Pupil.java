package io.bootdistill;

import io.bootdistill.internal.run.RunFolder;
import io.bootdistill.internal.training.Trainer;
import io.bootdistill.internal.training.TrainingState;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a run trains, and what its reports and checkpoints make of it: all in which students and teachers differ.
 *
 * @param <M> the model that a run returns
 */
interface Pupil<M> extends AutoCloseable {

    TrainingState newState();

    Trainer newTrainer(TrainingState state);

    /** Writes what is needed besides the configuration for the run to go on without a checkpoint. */
    void found(RunFolder folder) throws IOException;

    /**
     * The run begins, or goes on.
     *
     * @param handle that ends what is made ready before the first step
     */
    void begin(long firstStep, RunHandle handle) throws IOException;

    /** A report. */
    void progress(Progress progress);

    /** Names of the columns of the metrics. */
    String header();

    /**
     * Takes over the averaged weights and measures the model, at a checkpoint.
     *
     * @return what is added to the line of the metrics
     */
    String measure(TrainingState state, long images) throws IOException;

    /**
     * The line of the metrics for a report.
     *
     * @param measured what {@link #measure} has returned; null where there is no checkpoint
     */
    String line(Progress progress, @Nullable String measured);

    /** Writes what is derived from the state, after the checkpoint. */
    void write(RunFolder folder, long step) throws IOException;

    /** A checkpoint was written. */
    void checkpoint(long step);

    boolean shouldStop();

    /** What else is not finite, which a run that has diverged may have that from; null for nothing. */
    @Nullable String suspect();

    /** The model with the averaged weights, which is the caller's from now on. */
    M finish(TrainingState state);

    @Override
    void close();
}
